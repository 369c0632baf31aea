import type { Metadata } from '@grpc/grpc-js';
import type { Clock } from '../../clock.js';
import type { Failure } from '../../sample.js';
import type { ConnectOptions } from '../wire/connect-options.js';
import type { Abortable } from '../wire/exchange.js';
import type { Grpc } from './grpc-runtime.js';

export interface GrpcTarget {
  readonly grpc: Grpc;
  /** `https` is TLS, anything else plain; host and port count. */
  readonly url: URL;
  /** Whom it trusts, what it shows and which name it asks for in TLS. */
  readonly connect: ConnectOptions;
  /** A longer answer is refused. */
  readonly answerBytes: number;
}

export interface GrpcChannelsOptions extends GrpcTarget {
  /** `initial` are opened before the start; never more than `max` (null: one more whenever all are full). */
  readonly channels: { readonly initial: number; readonly max: number | null };
  readonly clock: Clock;
  /** How long a call may take: connecting before the start takes no longer. Absent: 10 s. */
  readonly timeoutMs?: number | undefined;
  /** What a status means; as the guide of gRPC has it unless given. */
  readonly failureOf?: (code: number, details: string) => { readonly failure: Failure; readonly detail: string };
}

/** Unary calls to one server over several HTTP/2 connections. One per thread. */
export interface GrpcChannels {
  /** Connects; resolves when each channel is open or has failed, which is no error. */
  open(signal: AbortSignal): Promise<void>;
  /** Sends an encoded request on the channel with the fewest open calls. Never rejects, never sends anything twice. */
  call(path: string, request: Buffer, metadata: Metadata, call: Abortable): Promise<GrpcReply>;
  facts(): { readonly channels: number; readonly mostOpenCalls: number };
  close(): void;
}

export type GrpcReply = { readonly doneMs: number; readonly doneEarliestMs: number } & (
  | { readonly kind: 'answer'; readonly bytes: Buffer }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly detail: string }
);
