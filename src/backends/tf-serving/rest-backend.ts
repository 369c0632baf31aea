import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext } from '../backend.js';
import { answerJudge } from '../wire/answer-judge.js';
import { batchCache } from '../tensors/batch-cache.js';
import { PLAIN_CONNECT } from '../wire/connect-options.js';
import { connectionShare, type Connections } from '../wire/connection-share.js';
import type { Result } from '../wire/exchange.js';
import { givenTemplate } from '../shared/given-template.js';
import type { HeaderField } from '../wire/http-request.js';
import { createWire, type Wire } from '../wire/http1-wire.js';
import type { InstanceBatches } from '../tensors/instance-batches.js';
import { JSON_TYPE } from '../tensors/instances-json.js';
import { openLoopbackSink } from '../wire/loopback-sink.js';
import { openBodyRules } from '../wire/open-body-rules.js';
import { payloadAt } from '../shared/payload-at.js';
import { requestBytes } from '../wire/request-bytes.js';
import { type BatchesSent, sentCalls } from '../wire/sent-calls.js';
import { restBatches, restBody } from './rest-body.js';
import type { TfServingOptions } from './tf-serving-options.js';
import { wireFacts } from '../wire/wire-facts.js';
import { wireOptions } from '../wire/wire-options.js';

const REHEARSED_CONNECTIONS = 32;

type Bytes = (seq: number) => Uint8Array;

/** One worker's client of the REST server. */
export async function openRestBackend(options: TfServingOptions, context: BackendContext): Promise<Backend> {
  const { http } = options;
  const wire = wireTo(new URL(http.url), options, context, connectionShare(http.connections, context));
  return {
    ...(await invokesOf(wire, options, context)),
    prepare: (signal) => wire.open(signal),
    rehearse: (signal) => rehearse(options, context, signal),
    facts: () => wireFacts(wire),
    close() {
      wire.close();
      return Promise.resolve();
    },
  };
}

function wireTo(
  url: URL,
  { http }: TfServingOptions,
  { clock, timeoutMs }: Pick<BackendContext, 'clock' | 'timeoutMs'>,
  connections: Connections,
): Wire {
  return createWire({ url, ...wireOptions(http, connections), openLimitMs: timeoutMs, clock });
}

type Bodies = Pick<BackendContext, 'payloads' | 'runId' | 'batchSize' | 'onAnswer'>;

/** A body as a whole request. */
function requestMaker(options: TfServingOptions, runId: string): (body: Uint8Array) => Bytes {
  const { host, pathname, search } = new URL(options.http.url);
  const own = options.http.headers.map(([name, value]) => [name, givenTemplate(value)] as const);
  const ownNames = own.map(([name]) => name.toLowerCase());
  const usual: readonly HeaderField[] = [
    ['host', host],
    ['user-agent', 'replay'],
    ['accept', JSON_TYPE],
    ['content-type', JSON_TYPE],
  ];
  const headers = [...usual.filter(([name]) => !ownNames.includes(name)), ...own];
  const values = { runId, uuidKey: options.http.uuidKey };
  return (body) => requestBytes({ method: 'POST', path: pathname + search, headers, body }, values);
}

async function invokesOf(
  wire: Wire,
  options: TfServingOptions,
  { payloads, runId, batchSize, onAnswer }: Bodies,
): Promise<Pick<Backend, 'invoke' | 'invokeBatch'>> {
  const { expect } = options.http;
  const outcomeOf = answerJudge(expect);
  const make = requestMaker(options, runId);
  const requests = payloads.map((payload) => make(restBody(payload, options)));
  return sentCalls({
    method: 'POST',
    openBody: await openBodyRules(expect, options.http.bodyLimitBytes),
    send(call, sending) {
      wire.send(payloadAt(requests, call.payload)(call.seq), sending, call);
    },
    outcomeOf,
    batches: batchSize === undefined ? undefined : batchesSent(wire, restBatches(payloads, options), make, outcomeOf),
    onAnswer,
  });
}

function batchesSent(
  wire: Wire,
  batches: InstanceBatches,
  make: (body: Uint8Array) => Bytes,
  outcomeOf: (result: Result) => Outcome,
): BatchesSent {
  const requests = batchCache(
    (payloads) => make(batches.body(payloads)),
    (bytes) => bytes(0).length,
  );
  return {
    send(call, sending) {
      wire.send(requests(call.payloads)(call.seq), sending, call);
    },
    outcomeOf,
    instances: batches,
  };
}

/** The very same code to a sink in this thread. Without one the run is only less exact at first. */
async function rehearse(
  options: TfServingOptions,
  { clock, ...rest }: BackendContext,
  signal: AbortSignal,
): Promise<Backend | undefined> {
  const sink = await openLoopbackSink().catch(() => undefined);
  if (sink === undefined) return undefined;
  const rehearsed = {
    ...options,
    method: 'predict',
    input: null,
    http: { ...options.http, url: sink.url.href, connect: PLAIN_CONNECT },
  } as const;
  const payload = { kind: 'tensor', tensor: { dtype: 'float32', shape: [1, 1], seed: 1 } } as const;
  const wire = wireTo(sink.url, rehearsed, { clock }, { initial: REHEARSED_CONNECTIONS, max: REHEARSED_CONNECTIONS });
  await wire.open(signal);
  return {
    ...(await invokesOf(wire, rehearsed, { ...rest, payloads: [payload] })),
    close() {
      wire.close();
      sink.close();
      return Promise.resolve();
    },
  };
}
