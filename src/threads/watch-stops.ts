import { closeSync, openSync, readSync } from 'node:fs';
import { schedstatPath } from './schedstat-path.js';

/** Ms on the run's clock. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How often the thread shows that it runs. */
const BEAT_MS = 20;
const LEAST_MS = 50;
/** A machine that steals all the time: the longest count, and there is no end of them. */
const MOST_STRETCHES = 10_000;

/**
 * Notes when this thread was not let run, until the result is called, which may be called again. A stretch in which it computed or
 * waited for a CPU is none, where the system reports that: other figures of the report are about these.
 */
export function watchStops(now: () => number): () => readonly Stretch[] {
  const stretches: Stretch[] = [];
  const scheduling = threadScheduling();
  let beatMs = now();
  const beat = (): void => {
    const fromMs = beatMs;
    beatMs = now();
    const lostMs = beatMs - fromMs - BEAT_MS;
    const readMs = scheduling.sinceLastMs(lostMs >= LEAST_MS);
    if (lostMs < LEAST_MS || readMs > lostMs / 2 || stretches.length >= MOST_STRETCHES) return;
    // It stopped at some moment of the beat: in the middle on average.
    stretches.push({ fromMs: fromMs + BEAT_MS / 2, toMs: beatMs });
  };
  scheduling.sinceLastMs(false);
  let timer: NodeJS.Timeout | undefined = setInterval(beat, BEAT_MS);
  return () => {
    if (timer !== undefined) {
      beat();
      clearInterval(timer);
      scheduling.close();
      timer = undefined;
    }
    return stretches;
  };
}

interface ThreadScheduling {
  /** How long the thread ran or waited for a CPU since the call before; 0 unless it is `wanted`, and where the system does not tell. */
  sinceLastMs(wanted: boolean): number;
  close(): void;
}

const BYTES = 64;

/** Linux keeps, per thread, the ns it ran and the ns it was ready but had no CPU. Each beat reads them, and few beats want to know. */
function threadScheduling(): ThreadScheduling {
  const fd = openSchedstat();
  if (fd === undefined) return { sinceLastMs: () => 0, close: () => undefined };
  let [last, spare] = [Buffer.alloc(BYTES), Buffer.alloc(BYTES)];
  return {
    sinceLastMs(wanted) {
      const before = last;
      [last, spare] = [spare, before];
      last.fill(0);
      readSync(fd, last, 0, BYTES, 0);
      return wanted ? totalMs(last) - totalMs(before) : 0;
    },
    close() {
      closeSync(fd);
    },
  };
}

function openSchedstat(): number | undefined {
  const path = schedstatPath();
  if (path === undefined) return undefined;
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

function totalMs(text: Buffer): number {
  const [ranNs = 0, waitedNs = 0] = text.toString('latin1').split(' ').map(Number);
  return (ranNs + waitedNs) / 1e6;
}
