import type { ChannelCredentials, Client, Metadata, ServiceError } from '@grpc/grpc-js';
import { createSecureContext } from 'node:tls';
import { messageOf } from '../../errors.js';
import type { Failure } from '../../sample.js';
import { hostAndPort, tlsOptions } from '../wire/connect-options.js';
import { GIVEN_UP, type Abortable } from '../wire/exchange.js';
import { grpcFailure } from './grpc-outcome.js';
import type { GrpcChannels, GrpcChannelsOptions, GrpcReply, GrpcTarget } from './grpc-call.js';
import { watchLoopTurns, type LoopTurn } from '../wire/loop-turn.js';

/** Many servers allow this many streams on one connection; a call beyond waits inside the library, unseen. */
export const CALLS_PER_CHANNEL = 100;
/** What may come before we ask for more: else a large answer takes a round trip for every 64 KiB. */
const FLOW_WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECT_LIMIT_MS = 10_000;
/** A server that comes back is found again soon. */
const LEAST_BACKOFF_MS = 100;
const MOST_BACKOFF_MS = 1000;

export function createGrpcChannels(options: GrpcChannelsOptions): GrpcChannels {
  return new Channels(options);
}

interface OpenChannel {
  readonly client: Client;
  calls: number;
}

class Channels implements GrpcChannels {
  readonly #options: GrpcChannelsOptions;
  readonly #turn: LoopTurn;
  readonly #channels: OpenChannel[];
  #calls = 0;
  #mostCalls = 0;
  #closed = false;

  constructor(options: GrpcChannelsOptions) {
    this.#options = options;
    this.#turn = watchLoopTurns(() => options.clock.now());
    this.#channels = Array.from({ length: options.channels.initial }, () => this.#newChannel());
  }

  async open(signal: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
    const ready = this.#channels.map(({ client }) => connected(this.#options, client));
    await Promise.race([Promise.all(ready), stopped]);
  }

  call(path: string, request: Buffer, metadata: Metadata, call: Abortable): Promise<GrpcReply> {
    return new Promise((resolve) => {
      if (this.#closed) {
        resolve(this.#failed(GIVEN_UP));
        return;
      }
      const channel = this.#leastOpen();
      this.#enter(channel);
      let aborted = false;
      try {
        const rpc = channel.client.makeUnaryRequest(path, same, same, request, metadata, {}, (error, bytes) => {
          this.#leave(channel);
          if (aborted) resolve(this.#failed(GIVEN_UP));
          else if (error !== null) resolve(this.#failed(this.#failureOf(error)));
          else resolve({ kind: 'answer', bytes: bytes ?? Buffer.alloc(0), ...this.#times() });
        });
        call.onAbort(() => {
          aborted = true;
          rpc.cancel();
        });
      } catch (thrown) {
        this.#leave(channel);
        resolve(this.#failed({ failure: 'local', detail: messageOf(thrown) }));
      }
    });
  }

  facts(): { readonly channels: number; readonly mostOpenCalls: number } {
    return { channels: this.#channels.length, mostOpenCalls: this.#mostCalls };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { client } of this.#channels) client.close();
    this.#turn.stop();
  }

  #leastOpen(): OpenChannel {
    const { max } = this.#options.channels;
    let least: OpenChannel | undefined;
    for (const channel of this.#channels) if (least === undefined || channel.calls < least.calls) least = channel;
    if (least !== undefined && (least.calls < CALLS_PER_CHANNEL || this.#channels.length >= (max ?? Infinity)))
      return least;
    const added = this.#newChannel();
    this.#channels.push(added);
    return added;
  }

  #newChannel(): OpenChannel {
    const { grpc, url, answerBytes } = this.#options;
    const client = new grpc.Client(target(url), credentialsFor(this.#options), {
      // Else channels to one address share one connection.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.max_receive_message_length': answerBytes,
      'grpc.max_send_message_length': -1,
      'grpc-node.flow_control_window': FLOW_WINDOW_BYTES,
      'grpc.initial_reconnect_backoff_ms': LEAST_BACKOFF_MS,
      'grpc.max_reconnect_backoff_ms': MOST_BACKOFF_MS,
      'grpc.primary_user_agent': 'replay',
      ...nameToAskFor(this.#options),
    });
    return { client, calls: 0 };
  }

  #enter(channel: OpenChannel): void {
    channel.calls++;
    this.#calls++;
    this.#mostCalls = Math.max(this.#mostCalls, this.#calls);
  }

  #leave(channel: OpenChannel): void {
    channel.calls--;
    this.#calls--;
  }

  #failed({ failure, detail }: { readonly failure: Failure; readonly detail: string }): GrpcReply {
    return { kind: 'failure', failure, detail, ...this.#times() };
  }

  #failureOf({ code, details }: ServiceError): { readonly failure: Failure; readonly detail: string } {
    return (this.#options.failureOf ?? grpcFailure)(code, details);
  }

  #times(): { readonly doneMs: number; readonly doneEarliestMs: number } {
    return { doneMs: this.#options.clock.now(), doneEarliestMs: this.#turn.earliestMs() };
  }
}

/** One call on a connection of its own. Rejects with an Error that says what it came to. */
export async function callGrpcOnce(
  { grpc, url, connect, answerBytes }: GrpcTarget,
  { path, request, metadata, limitMs }: GrpcOnce,
): Promise<Buffer> {
  const options = { 'grpc.enable_http_proxy': 0, 'grpc.max_receive_message_length': answerBytes };
  const client = new grpc.Client(target(url), credentialsFor({ grpc, url, connect }), {
    ...options,
    ...nameToAskFor({ connect }),
  });
  try {
    return await new Promise((resolve, reject) => {
      // A deadline of the library would be a time of the wall clock, which can be set meanwhile.
      let late = false;
      const call = client.makeUnaryRequest(path, same, same, request, metadata, {}, (error, bytes) => {
        clearTimeout(limit);
        if (error === null) resolve(bytes ?? Buffer.alloc(0));
        else reject(new Error(late ? `no answer within ${String(limitMs / 1000)} s` : error.details));
      });
      const limit = setTimeout(() => {
        late = true;
        call.cancel();
      }, limitMs);
    });
  } finally {
    client.close();
  }
}

interface GrpcOnce {
  readonly path: string;
  readonly request: Buffer;
  readonly metadata: Metadata;
  readonly limitMs: number;
}

function credentialsFor({ grpc, url, connect }: Omit<GrpcTarget, 'answerBytes'>): ChannelCredentials {
  if (url.protocol !== 'https:') return grpc.credentials.createInsecure();
  const { insecure, ca, cert } = connect;
  const verify = insecure ? { checkServerIdentity: () => undefined, rejectUnauthorized: false } : {};
  // What the environment says of the trust of gRPC holds unless the user names authorities or a certificate.
  if (ca === null && cert === null) return grpc.credentials.createSsl(null, null, null, verify);
  const context = createSecureContext(tlsOptions(connect, hostAndPort(url).host));
  return grpc.credentials.createFromSecureContext(context, verify);
}

function nameToAskFor({ connect }: Pick<GrpcTarget, 'connect'>): { readonly 'grpc.ssl_target_name_override'?: string } {
  return connect.serverName === null ? {} : { 'grpc.ssl_target_name_override': connect.serverName };
}

/** Resolves when the first attempt to connect has come to an end, whichever. */
function connected(
  { grpc: { connectivityState }, timeoutMs = Infinity }: GrpcChannelsOptions,
  client: Client,
): Promise<void> {
  const channel = client.getChannel();
  const endMs = performance.now() + Math.min(timeoutMs, CONNECT_LIMIT_MS);
  const settled = [connectivityState.READY, connectivityState.TRANSIENT_FAILURE, connectivityState.SHUTDOWN];
  return new Promise((resolve) => {
    const look = (error?: Error): void => {
      const state = channel.getConnectivityState(true);
      if (error !== undefined || settled.includes(state)) resolve();
      // The library takes a time of the wall clock, which may have been set since the last look.
      else channel.watchConnectivityState(state, Date.now() + endMs - performance.now(), look);
    };
    look();
  });
}

/** A URL leaves out the port that is usual for its scheme. */
function target({ protocol, hostname, port }: URL): string {
  const usual = protocol === 'https:' ? '443' : '80';
  return `${hostname}:${port === '' ? usual : port}`;
}

/** Requests are encoded before the start, answers are looked at by the caller. */
function same(bytes: Buffer): Buffer {
  return bytes;
}
