/** How many connections one worker opens before the start, and how many it may have at most (null: as many as it takes). */
export interface Connections {
  readonly initial: number;
  readonly max: number | null;
}

/** Connections opened before the start, over all workers, when the user names no number. */
const INITIAL_CONNECTIONS = 64;

/** One worker's share of `connections`, which is exact over all workers; null: as many as it takes, at first `unlessGiven`. */
export function connectionShare(
  connections: number | null,
  { worker, workers }: { readonly worker: number; readonly workers: number },
  unlessGiven = INITIAL_CONNECTIONS,
): Connections {
  const share = Math.floor(((connections ?? unlessGiven) + workers - 1 - worker) / workers);
  return connections === null ? { initial: Math.max(1, share), max: null } : { initial: share, max: share };
}
