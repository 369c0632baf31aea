import { type ConnectionContext, type ConnectionOwner, NO_LIMIT } from './http1-connection.js';
import type { LoopTurn } from './loop-turn.js';
import type { WireOptions } from './wire.js';

/** Servers commonly close after 5 s. */
const IDLE_MS = 4000;

/** What the `nth` connection of a pool, counted from 0, is made with. */
export function connectionContext(
  { clock, limits, idleMs, requestsPerConnection = NO_LIMIT, maxAgeMs = NO_LIMIT }: WireOptions,
  turn: LoopTurn,
  owner: ConnectionOwner,
  nth: number,
): ConnectionContext {
  return {
    clock,
    turn,
    parser: limits ?? {},
    owner,
    // Connections opened together must not all retire together: sixteen steps over the last quarter. Whole numbers, for
    // the first would be one, and with it an object of another shape than all the others.
    idleMs: Math.round((idleMs ?? IDLE_MS) * (1 - (nth % 16) / 64)),
    heedsHint: idleMs === undefined,
    maxExchanges: requestsPerConnection,
    maxAgeMs,
  };
}
