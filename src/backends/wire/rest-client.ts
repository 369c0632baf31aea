import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext, BatchCall, Call } from '../backend.js';
import type { InstanceBatches } from '../tensors/instance-batches.js';
import { connectionShare, type Connections } from './connection-share.js';
import type { Result, Sending } from './exchange.js';
import type { ExpectRule } from './expect-rule.js';
import { fewAtOnce } from './few-at-once.js';
import { createWire } from './http1-wire.js';
import { openLoopbackSink, type SinkProtocol } from './loopback-sink.js';
import { openBodyRules } from './open-body-rules.js';
import { rehearseTls } from './rehearse-tls.js';
import type { BytesOf, Requests, RestBody } from './requests.js';
import { sentCalls } from './sent-calls.js';
import type { WireOptions } from './wire.js';
import { wireFacts } from './wire-facts.js';

type Facts = ReturnType<NonNullable<Backend['facts']>>;

/** Sends requests of one form to one origin. */
export interface Carrier<Form> {
  open(signal: AbortSignal): Promise<void>;
  send<C extends Call>(form: Form, call: C, sending: Sending<C>): void;
  facts(): Facts;
  close(): Promise<void>;
}

/** Sends the request of a call, or of a batch. */
export interface RestClient extends Pick<Carrier<never>, 'open' | 'facts' | 'close'> {
  send(call: Call, sending: Sending): void;
  sendBatch(call: BatchCall, sending: Sending<BatchCall>): void;
}

/** How one worker connects. */
export type Connecting = Pick<WireOptions, 'connections' | 'clock' | 'openLimitMs'>;

/** A service over HTTP: everything that a backend of one says of it. */
export interface RestService {
  readonly url: URL;
  /** Over all workers; null: as many as it takes. */
  readonly connections: number | null;
  /** Of every request, or one for each entry of the payload table. */
  readonly method: string | readonly string[];
  readonly expect: ExpectRule;
  /** What a body is decompressed to at most. Absent: 64 MiB. */
  readonly bodyLimitBytes?: number;
  outcomeOf(result: Result, call: Call): Outcome;
  /** Set where requests go in batches. `outcomeOf`: where a batch is judged in another way than a request. */
  readonly batches?:
    | { readonly instances: InstanceBatches; readonly outcomeOf?: (result: Result, call: BatchCall) => Outcome }
    | undefined;
  /** Takes out of an answer that is shown what this client knows to be secret. */
  readonly hidden?: (text: string) => string;
  /** Observes each answer as it comes: see `Sending.piece`. */
  readonly piece?: Sending['piece'];
  connect(connecting: Connecting): RestClient | Promise<RestClient>;
  /** The same service in the rehearsal: one small request (`REHEARSED_BODY`) to a stand-in in this thread. */
  rehearsed(standIn: URL): RestService;
  /** What the stand-in speaks. Absent: HTTP/1.1. */
  readonly standIn?: SinkProtocol;
  /** Besides those of the client. */
  facts?(): Facts;
  /** Releases what the client does not hold. */
  close?(): void;
}

export type RestBackend = Backend & Required<Pick<Backend, 'prepare' | 'rehearse' | 'facts' | 'close'>>;

/** The body of the requests of a rehearsal. */
export const REHEARSED_BODY: RestBody = {
  contentType: 'application/json',
  bytes: Buffer.from('{"instances":[[0.5]]}'),
};

/** Node's HTTP/2 server shares the thread, and a connection of it carries many requests. */
const REHEARSED_CONNECTIONS: Readonly<Record<SinkProtocol, number>> = { 'HTTP/1.1': 32, 'HTTP/2': 2 };

/** One worker's client of a service over HTTP. */
export async function restBackend(service: RestService, context: BackendContext): Promise<RestBackend> {
  const { clock, timeoutMs: openLimitMs, onAnswer } = context;
  const connections = connectionShare(service.connections, context);
  const client = await service.connect({ connections, clock, openLimitMs });
  return {
    ...(await callsOf(service, client, onAnswer)),
    prepare: (signal) => client.open(signal),
    rehearse: (signal) => rehearse(service, context, signal),
    facts: () => ({ ...client.facts(), ...service.facts?.() }),
    close() {
      service.close?.();
      return client.close();
    },
  };
}

async function callsOf(
  service: RestService,
  client: RestClient,
  onAnswer?: BackendContext['onAnswer'],
): Promise<Pick<Backend, 'invoke' | 'invokeBatch'>> {
  const { method, expect, bodyLimitBytes, batches } = service;
  const outcomeOf = (result: Result, call: Call): Outcome => service.outcomeOf(result, call);
  return sentCalls({
    method,
    openBody: await openBodyRules(expect, bodyLimitBytes),
    send: (call, sending) => {
      client.send(call, sending);
    },
    outcomeOf,
    batches: batches && {
      send: (call, sending) => {
        client.sendBatch(call, sending);
      },
      outcomeOf: batches.outcomeOf ?? outcomeOf,
      instances: batches.instances,
    },
    onAnswer,
    hidden: service.hidden,
    piece: service.piece,
  });
}

/** The same code with a stand-in in this thread. Without one the run is only less exact at first. */
async function rehearse(
  service: RestService,
  { clock }: Pick<BackendContext, 'clock'>,
  signal: AbortSignal,
): Promise<Backend | undefined> {
  const { standIn = 'HTTP/1.1' } = service;
  if (service.url.protocol === 'https:') await rehearseTls(signal);
  const sink = await openLoopbackSink(standIn).catch(() => undefined);
  if (sink === undefined) return undefined;
  const rehearsed = service.rehearsed(sink.url);
  const client = await rehearsed.connect({ connections: rehearsedConnections(standIn), clock });
  await client.open(signal);
  return {
    ...(await callsOf(rehearsed, standIn === 'HTTP/2' ? fewAtOnce(client) : client)),
    async close() {
      await client.close();
      sink.close();
    },
  };
}

function rehearsedConnections(standIn: SinkProtocol): Connections {
  const most = REHEARSED_CONNECTIONS[standIn];
  return { initial: most, max: most };
}

/** A client that sends the requests of a payload table. */
export function restClient<Form>(carrier: Carrier<Form>, requests: Requests<Form>): RestClient {
  return {
    open: (signal) => carrier.open(signal),
    send(call, sending) {
      carrier.send(requests.of(call.payload), call, sending);
    },
    sendBatch(call, sending) {
      carrier.send(requests.ofBatch(call.payloads), call, sending);
    },
    facts: () => carrier.facts(),
    close: () => carrier.close(),
  };
}

/** The lean wire of HTTP/1.1. */
export function leanClient(options: WireOptions, requests: Requests<BytesOf>): RestClient {
  const wire = createWire(options);
  return restClient(
    {
      open: (signal) => wire.open(signal),
      send(bytes, call, sending) {
        wire.send(bytes(call.seq), sending, call);
      },
      facts: () => wireFacts(wire),
      close() {
        wire.close();
        return Promise.resolve();
      },
    },
    requests,
  );
}
