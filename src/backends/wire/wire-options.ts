import type { Connections } from './connection-share.js';
import type { HttpOptions } from './http-options.js';
import { bodyHeaders } from './open-body-rules.js';
import type { WireOptions } from './wire.js';

/** What of the user's options the wire of HTTP/1.1 takes, for one worker's share of the connections. */
export function wireOptions(options: HttpOptions, connections: Connections): Omit<WireOptions, 'url' | 'clock'> {
  const { idleMs, requestsPerConnection, maxConnectionAgeMs } = options;
  return {
    connect: options.connect,
    // Where each request is to open its own connection, none is opened ahead of it.
    connections: requestsPerConnection === 1 ? { ...connections, initial: 0 } : connections,
    limits: { bodyBytes: options.bodyLimitBytes, keepHeaders: ['location', ...bodyHeaders(options.expect)] },
    ...(idleMs === null ? {} : { idleMs }),
    ...(requestsPerConnection === null ? {} : { requestsPerConnection }),
    ...(maxConnectionAgeMs === null ? {} : { maxAgeMs: maxConnectionAgeMs }),
  };
}
