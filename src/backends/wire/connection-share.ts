/** How many connections one worker opens before the start, and how many it may have at most (null: as many as it takes). */
export interface Connections {
  readonly initial: number;
  readonly max: number | null;
}

interface Sharing {
  readonly worker: number;
  readonly workers: number;
  /** At most one call comes: no connection is opened ahead of it. */
  readonly singleCall?: boolean;
}

/**
 * One worker's share of `connections`, which is exact over all workers; null: as many as it takes, and none before a
 * request needs one, except `unlessGiven`.
 */
export function connectionShare(
  connections: number | null,
  { worker, workers, singleCall = false }: Sharing,
  unlessGiven = 0,
): Connections {
  if (singleCall) return { initial: 0, max: 1 };
  if (connections === null) return { initial: unlessGiven, max: null };
  const share = Math.floor((connections + workers - 1 - worker) / workers);
  return { initial: share, max: share };
}
