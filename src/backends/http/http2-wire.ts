import type { Abortable, Sending } from '../wire/exchange.js';
import type { RequestForms } from './http-exchange.js';
import type { LaneDialerOptions } from './lane-dialer.js';
import type { Lane } from './lane.js';

export interface Http2WireOptions extends LaneDialerOptions {
  /** Opens exactly this many connections before the start; null: opens them on demand. */
  readonly connections: number | null;
}

/**
 * HTTP/2 to one origin, or HTTP/1.1 where the service does not agree to it. One per thread. A connection carries as many requests
 * at once as the service allows; where all are full another is opened, at most `connections`, beyond which a request waits.
 */
export interface Http2Wire {
  /** Opens `connections`; resolves when each of them is open or has failed, which is no error. */
  open(signal: AbortSignal): Promise<void>;
  /**
   * Sends the request `seq` of `forms`; `sending` receives what came back. It is sent again only where the service said that
   * it did not process it and never will (RFC 9113, section 8.7).
   */
  send<C extends Abortable>(forms: RequestForms, seq: number, sending: Sending<C>, call: C): void;
  facts(): Http2WireFacts;
  close(): void;
}

export interface Http2WireFacts {
  /** Of the connections, the latest last. */
  readonly protocols: readonly Lane['protocol'][];
  /** Connections that `open` left open. */
  readonly atStart: number;
  /** Connections established in all, and the most there were at once. */
  readonly opened: number;
  readonly peak: number;
  /** Attempts that failed. */
  readonly failed: number;
  /** The most requests that one connection carried at once. */
  readonly mostStreams: number;
  /** Requests sent again because the service gave them back unprocessed. */
  readonly sentAgain: number;
  /** Addresses of the host name. */
  readonly addresses: number;
}
