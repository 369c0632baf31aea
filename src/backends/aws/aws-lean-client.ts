import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext } from '../backend.js';
import type { OpenClient } from './aws-backend.js';
import type { KeptCredentials } from './aws-credentials.js';
import { secretsOf, shownAnswer } from './aws-secrets.js';
import type { Answer, Result } from '../wire/exchange.js';
import type { ExpectRule } from '../wire/expect-rule.js';
import { connectionShare, type Connections } from '../wire/connection-share.js';
import { createWire, type Wire } from '../wire/http1-wire.js';
import { instanceBatches, type InstanceBatches } from '../tensors/instance-batches.js';
import { openLoopbackSink } from '../wire/loopback-sink.js';
import { bodyHeaders, openBodyRules } from '../wire/open-body-rules.js';
import { sentCalls } from '../wire/sent-calls.js';
import { createSignedRequests, type RequestToSign, type SignedRequests } from './signed-requests.js';
import type { SigningScope } from './sigv4.js';
import { failedWire } from '../wire/status-outcome.js';
import { wireFacts } from '../wire/wire-facts.js';

export interface LeanClientOptions {
  readonly origin: URL;
  readonly requests: readonly RequestToSign[];
  /** Set where requests go in batches: each takes the place of a body of the first request. */
  readonly batches?: InstanceBatches;
  /** Null: calls are not signed. */
  readonly signing: { readonly scope: SigningScope; readonly credentials: KeptCredentials } | null;
  /** Over all workers; null: as many as it takes. */
  readonly connections: number | null;
  /** Lower case. */
  readonly keepHeaders: readonly string[];
  /** One of `keepHeaders`: an answer that has it failed, whatever its status. */
  readonly failureHeader?: string;
  readonly expect: ExpectRule;
  readonly outcomeOf: (answer: Answer, requestBytes: number) => Outcome;
}

/** Errors of AWS are longer than what people read of them: the fields that count may come last. */
const EXCERPT_BYTES = 4096;
const REHEARSED_CONNECTIONS = 32;
const REHEARSED_BODY = Buffer.from('{"instances":[[0.5]]}');
/** The clock of the rehearsal runs ahead, so that it signs more often than once a second. */
const REHEARSED_STEP_MS = 100;

/**
 * Signed requests on the lean wire: opened, without a request to the service. Nothing is retried, and nothing
 * of the vendor runs between the due time and the answer.
 */
export async function openLeanClient(
  options: LeanClientOptions,
  context: BackendContext,
  signal: AbortSignal,
): Promise<OpenClient> {
  const wire = wireFor(options, connectionShare(options.connections, context), context);
  const requests = createSignedRequests(options.requests, signingOf(options), undefined, batchRequests(options));
  await wire.open(signal);
  return {
    ...(await invokesOf(options, wire, requests, context)),
    rehearse: (stop) => rehearse(options, context, stop),
    facts: () => ({ ...wireFacts(wire), ...credentialFacts(options) }),
    close() {
      options.signing?.credentials.close();
      wire.close();
      return Promise.resolve();
    },
  };
}

function batchRequests({
  requests,
  batches,
}: LeanClientOptions): ((payloads: Uint32Array) => RequestToSign) | undefined {
  const [first] = requests;
  if (batches === undefined || first === undefined) return undefined;
  return (payloads) => ({ ...first, body: batches.body(payloads) });
}

function signingOf({ signing }: LeanClientOptions) {
  return signing === null ? null : { scope: signing.scope, credentials: () => signing.credentials.current() };
}

function wireFor(
  { origin, keepHeaders, failureHeader, expect }: LeanClientOptions,
  connections: Connections,
  { clock, timeoutMs }: BackendContext,
): Wire {
  const failure = failureHeader === undefined ? {} : { failureHeader };
  return createWire({
    url: origin,
    connections,
    limits: { keepHeaders: [...keepHeaders, ...bodyHeaders(expect)], excerptBytes: EXCERPT_BYTES, ...failure },
    openLimitMs: timeoutMs,
    clock,
  });
}

async function invokesOf(
  { requests: table, batches, expect, outcomeOf, signing }: LeanClientOptions,
  wire: Wire,
  requests: SignedRequests,
  { onAnswer }: Pick<BackendContext, 'onAnswer'>,
): Promise<Pick<OpenClient, 'invoke' | 'invokeBatch'>> {
  const judge = (result: Result, sentBytes: number): Outcome =>
    result.kind === 'failure' ? failedWire(result) : outcomeOf(result, sentBytes);
  return sentCalls({
    method: 'POST',
    openBody: await openBodyRules(expect),
    send(call, sending) {
      wire.send(requests.bytes(call.payload), sending, call);
    },
    outcomeOf: (result, { payload }) => judge(result, table[payload]?.body.length ?? 0),
    batches: batches && {
      send(call, sending) {
        wire.send(requests.batchBytes(call.payloads), sending, call);
      },
      outcomeOf: (result, { payloads }) => judge(result, batches.bodyBytes(payloads)),
      instances: batches,
    },
    onAnswer,
    hidden: (text) => shownAnswer(text, secretsOf(signing?.credentials ?? null)),
  });
}

function credentialFacts({ signing }: LeanClientOptions): Record<string, number> {
  if (signing === null) return {};
  const { renewed, failed } = signing.credentials.facts();
  return { credentialsRenewed: renewed, credentialRenewalsFailed: failed };
}

/** The very same code to a sink in this thread. Without one the run is only less exact at first. */
async function rehearse(
  options: LeanClientOptions,
  context: BackendContext,
  signal: AbortSignal,
): Promise<Backend | undefined> {
  const sink = await openLoopbackSink().catch(() => undefined);
  if (sink === undefined) return undefined;
  const wire = wireFor(
    { ...options, origin: sink.url },
    { initial: REHEARSED_CONNECTIONS, max: REHEARSED_CONNECTIONS },
    context,
  );
  const requests = options.requests.slice(0, 1).map((request) => ({ ...request, body: REHEARSED_BODY }));
  let nowMs = 0;
  const batches = options.batches === undefined ? {} : { batches: instanceBatches('', [REHEARSED_BODY]) };
  const rehearsed = { ...options, requests, ...batches };
  const clock = (): number => (nowMs += REHEARSED_STEP_MS);
  const signed = createSignedRequests(requests, signingOf(options), clock, batchRequests(rehearsed));
  await wire.open(signal);
  return {
    ...(await invokesOf(rehearsed, wire, signed, {})),
    close() {
      wire.close();
      sink.close();
      return Promise.resolve();
    },
  };
}
