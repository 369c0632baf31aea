import type { Clock } from '../../clock.js';
import type { Outcome } from '../../sample.js';
import type { Payload } from '../../trace.js';
import type { Backend, BackendContext, Call } from '../backend.js';
import { connectionShare, type Connections } from '../shared/connection-share.js';
import type { Answer, SendOptions } from '../shared/exchange.js';
import { unexpected, type ExpectRule } from '../shared/expect-rule.js';
import { createWire, type Wire } from '../shared/http1-wire.js';
import { JSON_TYPE } from '../shared/instances-json.js';
import { openLoopbackSink } from '../shared/loopback-sink.js';
import { requestBytes, type HeaderField } from '../shared/request-bytes.js';
import { showAnswer } from '../shared/seen-answer.js';
import { failedAnswer, failedWire, knownTimes } from '../shared/status-outcome.js';
import { restBody } from './rest-body.js';
import type { TfServingOptions } from './tf-serving-options.js';

const REHEARSED_CONNECTIONS = 32;

type Bytes = (seq: number) => Uint8Array;

/** One worker's client of the REST server. */
export function openRestBackend(options: TfServingOptions, context: BackendContext): Backend {
  const { http } = options;
  const wire = wireTo(new URL(http.url), options, context.clock, connectionShare(http.connections, context));
  const requests = requestsOf(options, context.payloads, context.runId);
  return {
    invoke: createInvoke(wire, requests, http.expect, context),
    prepare: (signal) => wire.open(signal),
    rehearse: (signal) => rehearse(options, context, signal),
    facts() {
      const { opened, peak, failed, dropped, addresses } = wire.facts();
      return {
        client: 'lean, HTTP/1.1',
        connectionsOpened: opened,
        connectionsPeak: peak,
        connectionsFailed: failed,
        connectionsDroppedByServer: dropped,
        addresses,
      };
    },
    close() {
      wire.close();
      return Promise.resolve();
    },
  };
}

function wireTo(url: URL, { http }: TfServingOptions, clock: Clock, connections: Connections): Wire {
  const { insecure, bodyLimitBytes } = http;
  return createWire({
    url,
    tls: { insecure },
    connections,
    limits: { bodyBytes: bodyLimitBytes, keepHeaders: ['location'] },
    clock,
  });
}

function requestsOf(options: TfServingOptions, payloads: readonly Payload[], runId: string): readonly Bytes[] {
  const { host, pathname, search } = new URL(options.http.url);
  const own = options.http.headers.map(([name, value]): HeaderField => [name, value.replaceAll('{run}', runId)]);
  const ownNames = own.map(([name]) => name.toLowerCase());
  const usual: readonly HeaderField[] = [
    ['host', host],
    ['user-agent', 'replay'],
    ['accept', JSON_TYPE],
    ['content-type', JSON_TYPE],
  ];
  const headers = [...usual.filter(([name]) => !ownNames.includes(name)), ...own];
  return payloads.map((payload) => {
    const body = restBody(payload, options);
    const length: HeaderField = ['content-length', String(body.length)];
    return requestBytes({ method: 'POST', target: pathname + search, headers: [...headers, length], body });
  });
}

function createInvoke(
  wire: Wire,
  requests: readonly Bytes[],
  expect: ExpectRule,
  { onAnswer }: Pick<BackendContext, 'onAnswer'>,
): (call: Call) => Promise<Outcome> {
  const needle = expect.bodyHolds === null ? null : Buffer.from(expect.bodyHolds, 'utf8');
  const sendOptions: SendOptions = { method: 'POST', collectBody: needle !== null || onAnswer !== undefined };
  return async (call) => {
    const bytes = requests[call.payload];
    if (bytes === undefined) throw new Error(`payload ${String(call.payload)} is not in the table`);
    const result = await wire.send(bytes(call.seq), sendOptions, call);
    showAnswer(onAnswer, result);
    return result.kind === 'failure' ? failedWire(result) : outcomeOf(result, expect, needle);
  };
}

function outcomeOf(answer: Answer, expect: ExpectRule, needle: Buffer | null): Outcome {
  const trouble = unexpected(expect, needle, answer);
  if (trouble === null) return { ok: true, ...knownTimes(answer) };
  const { status } = answer;
  const isOwnFailure = status >= 300 && (status < expect.leastStatus || status > expect.mostStatus);
  if (isOwnFailure) return failedAnswer(answer);
  return { ok: false, failure: 'bad-answer', detail: trouble, ...knownTimes(answer) };
}

/** The very same code to a sink in this thread. Without one the run is only less exact at first. */
async function rehearse(
  options: TfServingOptions,
  { clock, runId }: BackendContext,
  signal: AbortSignal,
): Promise<Backend | undefined> {
  const sink = await openLoopbackSink().catch(() => undefined);
  if (sink === undefined) return undefined;
  const rehearsed = { ...options, method: 'predict', http: { ...options.http, url: sink.url.href } } as const;
  const payload = { kind: 'tensor', tensor: { dtype: 'float32', shape: [1, 1], seed: 1 } } as const;
  const wire = wireTo(sink.url, rehearsed, clock, { initial: REHEARSED_CONNECTIONS, max: null });
  await wire.open(signal);
  return {
    invoke: createInvoke(wire, requestsOf(rehearsed, [payload], runId), options.http.expect, {}),
    close() {
      wire.close();
      sink.close();
      return Promise.resolve();
    },
  };
}
