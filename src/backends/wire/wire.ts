import type { Clock } from '../../clock.js';
import type { ConnectOptions } from './connect-options.js';
import type { Abortable, Sending } from './exchange.js';
import type { ParserOptions } from './http1-parser.js';

export interface WireOptions {
  /** Scheme, host and port count; the rest is the request's. */
  readonly url: URL;
  /** Absent: by name over TCP, with the trust of Node. */
  readonly connect?: ConnectOptions;
  /** `initial` are opened before the start and kept up; never more than `max` at once (null: as many as it takes). */
  readonly connections: { readonly initial: number; readonly max: number | null };
  /** Limits of an answer, and the names of the headers to keep. */
  readonly limits?: ParserOptions;
  /** An idle connection is closed after this long. Absent: by the server's Keep-Alive hint less 1 s, else 4 s. */
  readonly idleMs?: number;
  /** A connection carries at most N requests, and none that begins later than this after it was established. Absent: no limit. */
  readonly requestsPerConnection?: number;
  readonly maxAgeMs?: number;
  /** `open` gives up what is not established after this long. Absent or longer: 10 s. */
  readonly openLimitMs?: number | undefined;
  readonly clock: Clock;
}

/** HTTP/1.1 to one origin over connections that are kept open. One per thread. */
export interface Wire {
  /** Opens the initial connections; resolves when each of them is open or has failed, which is no error. */
  open(signal: AbortSignal): Promise<void>;
  /**
   * Sends one whole request (head and body in `bytes`, which must stay as they are) in one write; `sending` is informed of what
   * came back, and nothing is ever sent twice. Takes the connection that was free last, else waits for the first of: one that
   * becomes free, or its turn to open one of its own. An attempt to open one belongs to its request, so that no connection
   * exists which no request needed. Where a connection is free nothing is made for a request: what remains of it is what
   * Node's socket leaves of a write.
   */
  send<C extends Abortable>(bytes: Uint8Array, sending: Sending<C>, call: C): void;
  facts(): WireFacts;
  close(): void;
}

export interface WireFacts {
  /** Connections that `open` left open. */
  readonly atStart: number;
  /** Connections established in all, and the most there were at once. */
  readonly opened: number;
  readonly peak: number;
  readonly open: number;
  /** Attempts that failed. */
  readonly failed: number;
  /** Idle connections the server closed before we did. */
  readonly dropped: number;
  /** Connections closed because bytes came that belong to no request. */
  readonly surplus: number;
  /** Answers that such connections gave to second and later requests: any of them may have been another's. */
  readonly doubtful: number;
  /** Addresses of the host name. */
  readonly addresses: number;
}
