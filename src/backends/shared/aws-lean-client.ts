import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext, Call } from '../backend.js';
import type { OpenClient } from './aws-backend.js';
import type { KeptCredentials } from './aws-credentials.js';
import { secretsOf, shownAnswer } from './aws-secrets.js';
import type { Answer, SendOptions } from './exchange.js';
import { connectionShare, type Connections } from './connection-share.js';
import { createWire, type Wire } from './http1-wire.js';
import { openLoopbackSink } from './loopback-sink.js';
import { showAnswer } from './seen-answer.js';
import { createSignedRequests, type RequestToSign, type SignedRequests } from './signed-requests.js';
import type { SigningScope } from './sigv4.js';
import { failedWire } from './status-outcome.js';

export interface LeanClientOptions {
  readonly origin: URL;
  readonly requests: readonly RequestToSign[];
  /** Null: calls are not signed. */
  readonly signing: { readonly scope: SigningScope; readonly credentials: KeptCredentials } | null;
  /** Over all workers; null: as many as it takes. */
  readonly connections: number | null;
  /** Lower case. */
  readonly keepHeaders: readonly string[];
  /** One of `keepHeaders`: an answer that has it failed, whatever its status. */
  readonly failureHeader?: string;
  /** Whole bodies are needed. */
  readonly collectBody: boolean;
  readonly outcomeOf: (answer: Answer, payload: number) => Outcome;
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
  const requests = createSignedRequests(options.requests, signingOf(options));
  await wire.open(signal);
  return {
    invoke: createInvoke(options, wire, requests, context),
    rehearse: (stop) => rehearse(options, context, stop),
    facts: () => ({ client: 'lean, HTTP/1.1', ...wireFacts(wire), ...credentialFacts(options) }),
    close() {
      options.signing?.credentials.close();
      wire.close();
      return Promise.resolve();
    },
  };
}

function signingOf({ signing }: LeanClientOptions) {
  return signing === null ? null : { scope: signing.scope, credentials: () => signing.credentials.current() };
}

function wireFor(
  { origin, keepHeaders, failureHeader }: LeanClientOptions,
  connections: Connections,
  { clock }: BackendContext,
): Wire {
  const failure = failureHeader === undefined ? {} : { failureHeader };
  return createWire({
    url: origin,
    connections,
    limits: { keepHeaders, excerptBytes: EXCERPT_BYTES, ...failure },
    clock,
  });
}

function createInvoke(
  { collectBody, outcomeOf, signing }: LeanClientOptions,
  wire: Wire,
  requests: SignedRequests,
  { onAnswer }: Pick<BackendContext, 'onAnswer'>,
): (call: Call) => Promise<Outcome> {
  const sendOptions: SendOptions = { method: 'POST', collectBody: collectBody || onAnswer !== undefined };
  return async (call) => {
    const result = await wire.send(requests.bytes(call.payload), sendOptions, call);
    showAnswer(onAnswer, result, (text) => shownAnswer(text, secretsOf(signing?.credentials ?? null)));
    return result.kind === 'failure' ? failedWire(result) : outcomeOf(result, call.payload);
  };
}

function wireFacts(wire: Wire): Record<string, number> {
  const { opened, peak, failed, dropped, addresses } = wire.facts();
  return {
    connectionsOpened: opened,
    connectionsPeak: peak,
    connectionsFailed: failed,
    connectionsDroppedByServer: dropped,
    addresses,
  };
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
  const wire = wireFor({ ...options, origin: sink.url }, { initial: REHEARSED_CONNECTIONS, max: null }, context);
  const requests = options.requests.slice(0, 1).map((request) => ({ ...request, body: REHEARSED_BODY }));
  let nowMs = 0;
  const signed = createSignedRequests(requests, signingOf(options), () => (nowMs += REHEARSED_STEP_MS));
  await wire.open(signal);
  return {
    invoke: createInvoke(options, wire, signed, {}),
    close() {
      wire.close();
      sink.close();
      return Promise.resolve();
    },
  };
}
