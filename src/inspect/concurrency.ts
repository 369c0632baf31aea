import type { Arrivals } from './arrivals.js';

/**
 * What the trace asks of a pool of instances that serve one request at a time, each in exactly `serviceMs`, and start at once:
 * a floor for any service, since queues and slow starts only add to it.
 */
export interface Concurrency {
  readonly serviceMs: number;
  /** Requests at once, averaged over the time of the trace. */
  readonly mean: number;
  /** In 99 % of the time there are at most this many. */
  readonly p99: number;
  readonly most: number;
  readonly mostAtMs: number;
  /** How many requests find no idle instance, where instances end after idling this long and the last used is used first. */
  readonly pools: readonly { readonly idleLifetimeMs: number; readonly coldStarts: number }[];
}

export const IDLE_LIFETIMES_MS = [300_000, 600_000, 900_000];

export function concurrency(arrivals: Arrivals, serviceMs: number): Concurrency {
  const pools = IDLE_LIFETIMES_MS.map((idleLifetimeMs) => new Pool(idleLifetimeMs));
  const levels = new Levels();
  // Every request takes the same time, so requests end in the order in which they came: the second walk is that of the ends.
  const ends = times(arrivals);
  let end = nextEnd(ends, serviceMs);
  for (const at of times(arrivals)) {
    for (; end <= at; end = nextEnd(ends, serviceMs)) {
      levels.down(end);
      for (const pool of pools) pool.free(end);
    }
    levels.up(at);
    for (const pool of pools) pool.take(at);
  }
  for (; end < arrivals.durationMs; end = nextEnd(ends, serviceMs)) levels.down(end);
  return {
    serviceMs,
    ...levels.finish(arrivals.durationMs),
    pools: pools.map(({ idleLifetimeMs, coldStarts }) => ({ idleLifetimeMs, coldStarts })),
  };
}

function* times(arrivals: Arrivals): Generator<number, undefined, undefined> {
  // A chunk is valid only until the next is asked for, which each walk does for itself.
  for (const chunk of arrivals.chunks()) for (let i = 0; i < chunk.length; i++) yield chunk[i] as number;
}

function nextEnd(ends: Generator<number, undefined, undefined>, serviceMs: number): number {
  const { value } = ends.next();
  return value === undefined ? Infinity : value + serviceMs;
}

/** How long each number of requests was in service. */
class Levels {
  readonly #msAt: number[] = [0];
  #level = 0;
  #sinceMs = 0;
  #most = 0;
  #mostAtMs = 0;

  up(atMs: number): void {
    this.#spend(atMs);
    this.#level++;
    if (this.#level <= this.#most) return;
    this.#most = this.#level;
    this.#mostAtMs = atMs;
    this.#msAt[this.#level] ??= 0;
  }

  down(atMs: number): void {
    this.#spend(atMs);
    this.#level--;
  }

  #spend(untilMs: number): void {
    this.#msAt[this.#level] = (this.#msAt[this.#level] ?? 0) + untilMs - this.#sinceMs;
    this.#sinceMs = untilMs;
  }

  finish(durationMs: number): Pick<Concurrency, 'mean' | 'p99' | 'most' | 'mostAtMs'> {
    this.#spend(Math.max(durationMs, this.#sinceMs));
    const total = this.#msAt.reduce((sum, ms) => sum + ms, 0);
    const area = this.#msAt.reduce((sum, ms, level) => sum + ms * level, 0);
    let p99 = 0;
    for (let seen = this.#msAt[0] ?? 0; seen < 0.99 * total && p99 < this.#most; seen += this.#msAt[p99] ?? 0) p99++;
    return { mean: total > 0 ? area / total : 0, p99, most: this.#most, mostAtMs: this.#mostAtMs };
  }
}

/** Idle instances by the time since which they idle: the longest first. */
class Pool {
  readonly idleLifetimeMs: number;
  coldStarts = 0;
  readonly #idleSince: number[] = [];

  constructor(idleLifetimeMs: number) {
    this.idleLifetimeMs = idleLifetimeMs;
  }

  free(atMs: number): void {
    this.#idleSince.push(atMs);
  }

  /** The last used of all idles shortest: where it has ended, all have. */
  take(atMs: number): void {
    const since = this.#idleSince.pop();
    if (since !== undefined && atMs - since <= this.idleLifetimeMs) return;
    this.#idleSince.length = 0;
    this.coldStarts++;
  }
}
