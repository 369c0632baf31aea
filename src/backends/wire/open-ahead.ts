import { setTimeout as pause } from 'node:timers/promises';

/** Connections being opened at once: below common accept queues (128). */
const LANES = 64;
/** A lane stops after this many failed attempts: one failure costs no connection, and a dead service is not hammered. */
const LANE_TRIES = 2;

/** What is to be opened before the start. */
export interface Ahead {
  readonly count: number;
  /** For all of them together. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** How many are open or being opened. */
  readonly opened: () => number;
  /** Whether it was opened. */
  readonly openOne: (limitMs: number) => Promise<boolean>;
}

/** Opens connections, several at once; resolves when all are open, when no lane has tries left, or at the limit. */
export async function openAhead({ count, limitMs, signal, opened, openOne }: Ahead): Promise<void> {
  const endMs = performance.now() + limitMs;
  let attempts = LANE_TRIES * count;
  const openInTurn = async (): Promise<void> => {
    for (let tries = LANE_TRIES; tries > 0 && !signal.aborted && opened() < count;) {
      const leftMs = Math.ceil(endMs - performance.now());
      if (leftMs <= 0 || attempts-- <= 0) return;
      if (!(await openOne(leftMs))) tries--;
    }
  };
  const lanes = Promise.all(Array.from({ length: LANES }, openInTurn));
  // A name server that does not answer is not covered by the limit of an attempt.
  await Promise.race([lanes, pause(Math.max(1, endMs - performance.now()), undefined, { ref: false })]);
}
