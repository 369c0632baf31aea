import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from './run-cli.js';
import { TerminalScreen } from './terminal-screen.js';

const PROGRAM = fileURLToPath(new URL('pseudo-terminal.py', import.meta.url));

/** Whether this machine has what makes pseudo-terminals. */
export const HAS_TERMINALS = spawnSync('python3', ['-c', 'import pty']).status === 0;

export interface InTerminal {
  readonly screen: TerminalScreen;
  /** All that was written, as it came. */
  raw(): string;
  press(keys: string): void;
  resize(columns: number, rows: number): void;
  /** Resolves as soon as the screen shows it; rejects when the program ends before. */
  shows(what: RegExp | ((screen: TerminalScreen) => boolean)): Promise<void>;
  /** The exit code, or 128 + the signal. */
  readonly ended: Promise<number | null>;
}

/** Runs a command in a real pseudo-terminal of this size; `env` goes before a plain UTF-8 environment. */
export function inTerminal(
  command: readonly string[],
  columns: number,
  rows: number,
  env: Readonly<Record<string, string>> = {},
): InTerminal {
  const screen = new TerminalScreen(columns, rows);
  const { NO_COLOR: _, LC_ALL: __, LC_CTYPE: ___, ...inherited } = process.env;
  const child = spawn('python3', [PROGRAM, String(columns), String(rows), ...command], {
    cwd: ROOT,
    // Python would else set a UTF-8 LC_CTYPE for its children.
    env: { ...inherited, PYTHONCOERCECLOCALE: '0', TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let raw = '';
  let over = false;
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const one of [...waiting]) one();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
    screen.write(text);
    look();
  });
  const tell = (order: unknown): void => void child.stdin.write(`${JSON.stringify(order)}\n`);
  return {
    screen,
    raw: () => raw,
    press: tell,
    resize(width, height) {
      screen.resize(width, height);
      tell([width, height]);
    },
    shows(what) {
      return new Promise((resolve, reject) => {
        const check = (): void => {
          if (typeof what === 'function' ? what(screen) : what.test(screen.text)) resolve();
          else if (over) reject(new Error(`it ended and never showed ${String(what)}:\n${screen.text}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      });
    },
    ended: new Promise((resolve) => {
      child.once('close', (code) => {
        over = true;
        look();
        resolve(code);
      });
    }),
  };
}
