import type { Outcome } from '../../sample.js';
import type { BackendContext } from '../backend.js';
import { instanceBatches, type InstanceBatches } from '../tensors/instance-batches.js';
import { type ConnectOptions, PLAIN_CONNECT } from '../wire/connect-options.js';
import type { Answer, Result } from '../wire/exchange.js';
import type { ExpectRule } from '../wire/expect-rule.js';
import { bodyHeaders } from '../wire/open-body-rules.js';
import { leanClient, REHEARSED_BODY, restBackend, type RestService } from '../wire/rest-client.js';
import { failedWire } from '../wire/status-outcome.js';
import type { OpenClient } from './aws-backend.js';
import type { KeptCredentials } from './aws-credentials.js';
import { secretsOf, shownAnswer } from './aws-secrets.js';
import { createSignedRequests, type RequestToSign } from './signed-requests.js';
import type { SigningScope } from './sigv4.js';

export interface LeanClientOptions {
  readonly origin: URL;
  readonly requests: readonly RequestToSign[];
  /** Set where requests go in batches: each takes the place of a body of the first request. */
  readonly batches?: InstanceBatches;
  /** Null: calls are not signed. */
  readonly signing: { readonly scope: SigningScope; readonly credentials: KeptCredentials } | null;
  /** Over all workers; null: as many as it takes. */
  readonly connections: number | null;
  readonly connect: ConnectOptions;
  /** Lower case. */
  readonly keepHeaders: readonly string[];
  /** One of `keepHeaders`: an answer that has it failed, whatever its status. */
  readonly failureHeader?: string;
  readonly expect: ExpectRule;
  readonly outcomeOf: (answer: Answer, requestBytes: number) => Outcome;
}

/** Errors of AWS are longer than what people read of them: the fields that count may come last. */
const EXCERPT_BYTES = 4096;
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
  const backend = await restBackend(awsService(options), context);
  await backend.prepare(signal);
  return backend;
}

/** `nowMs`: what signatures are dated by; absent: the wall clock. */
function awsService(options: LeanClientOptions, nowMs?: () => number): RestService {
  const { origin: url, connections, connect, requests: table, batches, expect, outcomeOf, signing } = options;
  const judge = (result: Result, sentBytes: number): Outcome =>
    result.kind === 'failure' ? failedWire(result) : outcomeOf(result, sentBytes);
  return {
    url,
    connections,
    method: 'POST',
    expect,
    outcomeOf: (result, { payload }) => judge(result, table[payload]?.body.length ?? 0),
    batches: batches && {
      instances: batches,
      outcomeOf: (result, { payloads }) => judge(result, batches.bodyBytes(payloads)),
    },
    hidden: (text) => shownAnswer(text, secretsOf(signing?.credentials ?? null)),
    connect: (connecting) =>
      leanClient(
        { ...connecting, url, connect, limits: limitsOf(options) },
        createSignedRequests(table, signingOf(options), nowMs, batchRequests(options)),
      ),
    facts: () => credentialFacts(options),
    close: () => signing?.credentials.close(),
    rehearsed: (standIn) => awsService(rehearsal(options, standIn), clockAhead()),
  };
}

function limitsOf({ keepHeaders, failureHeader, expect }: LeanClientOptions) {
  const failure = failureHeader === undefined ? {} : { failureHeader };
  return { keepHeaders: [...keepHeaders, ...bodyHeaders(expect)], excerptBytes: EXCERPT_BYTES, ...failure };
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

function credentialFacts({ signing }: LeanClientOptions): Record<string, number> {
  if (signing === null) return {};
  const { renewed, failed } = signing.credentials.facts();
  return { credentialsRenewed: renewed, credentialRenewalsFailed: failed };
}

function rehearsal(options: LeanClientOptions, origin: URL): LeanClientOptions {
  const { bytes: body } = REHEARSED_BODY;
  const requests = options.requests.slice(0, 1).map((request) => ({ ...request, body }));
  return {
    ...options,
    origin,
    connect: PLAIN_CONNECT,
    requests,
    ...(options.batches === undefined ? {} : { batches: instanceBatches('', [body]) }),
  };
}

function clockAhead(): () => number {
  let nowMs = 0;
  return () => (nowMs += REHEARSED_STEP_MS);
}
