import type { WriteStream } from 'node:tty';
import { printable } from '../errors.js';
import type { LiveScreen } from '../live/live-screen.js';
import { lookOf } from '../live/look.js';
import { progressLine } from '../live/progress-line.js';
import type { Progress } from '../progress.js';

/** What people see of a run while it goes on, on stderr. */
export interface LiveProgress {
  /** A line that stays. When quiet, only what begins with `warning`. */
  readonly say: (text: string) => void;
  show(progress: Progress): void;
  /** Leaves the screen clean; nothing is redrawn from now on. */
  end(): void;
}

interface Options {
  readonly quiet: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const LINE_LIMIT = 2000;

/** Redrawn in place on a terminal that can; a line each second elsewhere; nothing when quiet. */
export async function liveProgress(stderr: WriteStream, { quiet, env }: Options): Promise<LiveProgress> {
  const look = lookOf(env, stderr.isTTY);
  if (quiet || look.kind === 'lines') return plainProgress(stderr, quiet);
  const { LiveScreen } = await import('../live/live-screen.js');
  const terminal = {
    write: (text: string): void => void stderr.write(text),
    columns: () => stderr.columns || 80,
    rows: () => stderr.rows || 24,
  };
  return screenProgress(stderr, new LiveScreen(terminal, look.style));
}

function plainProgress(stderr: WriteStream, quiet: boolean): LiveProgress {
  return {
    say(text) {
      if (!quiet || text.startsWith('warning')) stderr.write(`${printable(text, LINE_LIMIT)}\n`);
    },
    show(progress) {
      if (!quiet) stderr.write(`${progressLine(progress)}\n`);
    },
    end: () => undefined,
  };
}

function screenProgress(stderr: WriteStream, screen: LiveScreen): LiveProgress {
  let ended = false;
  const redraw = (): void => {
    screen.redraw();
  };
  const clear = (): void => {
    screen.clear();
  };
  // A stopped job leaves the terminal to the shell; the next second draws the view again.
  const pause = (): void => {
    screen.clear();
    process.kill(process.pid, 'SIGSTOP');
  };
  stderr.on('resize', redraw);
  process.on('exit', clear);
  process.on('SIGTSTP', pause);
  return {
    say(text) {
      screen.say(printable(text, LINE_LIMIT));
    },
    show(progress) {
      if (!ended && !progress.over) screen.show(progress);
    },
    end() {
      ended = true;
      screen.clear();
      stderr.off('resize', redraw);
      process.off('exit', clear);
      process.off('SIGTSTP', pause);
    },
  };
}
