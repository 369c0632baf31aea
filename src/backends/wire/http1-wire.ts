import { ConnectionPool } from './connection-pool.js';
import type { Wire, WireOptions } from './wire.js';

export type { Wire, WireFacts, WireOptions } from './wire.js';

/** HTTP/1.1 to one origin. */
export function createWire(options: WireOptions): Wire {
  return new ConnectionPool(options);
}
