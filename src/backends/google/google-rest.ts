import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext } from '../backend.js';
import { answerJudge } from '../wire/answer-judge.js';
import type { Answer, Result } from '../wire/exchange.js';
import { connectionShare, type Connections } from '../wire/connection-share.js';
import type { ExpectRule } from '../wire/expect-rule.js';
import { openBackgroundToken } from './google-background-token.js';
import type { TokenWish } from './google-credentials.js';
import { googleError } from './google-error.js';
import { type TokenSource, withoutToken } from './google-token.js';
import { createWire, type Wire } from '../wire/http1-wire.js';
import { instanceBatches, type InstanceBatches } from '../tensors/instance-batches.js';
import { JSON_TYPE } from '../tensors/instances-json.js';
import { openLoopbackSink } from '../wire/loopback-sink.js';
import { bodyHeaders, openBodyRules } from '../wire/open-body-rules.js';
import { type HeaderField, requestBytes } from '../wire/request-bytes.js';
import { sentCalls } from '../wire/sent-calls.js';
import { failedAnswer, knownTimes, statusFailure } from '../wire/status-outcome.js';
import { createTokenRequests, type TokenRequests } from './token-requests.js';
import { wireFacts } from '../wire/wire-facts.js';

/** What is sent, all but the token. */
export interface RestPlan {
  readonly url: URL;
  readonly method: string;
  /** One per payload; null: a request without a body. */
  readonly bodies: readonly (RestBody | null)[];
  /** Set where requests go in batches. */
  readonly batches?: InstanceBatches;
  /** Null: no token. */
  readonly wish: TokenWish | null;
  readonly expect: ExpectRule;
  /** Over all workers; null: as many as it takes. */
  readonly connections: number | null;
  /** Lower-case names of the headers that `told` reads. */
  readonly keepHeaders: readonly string[];
  /** What the service tells of an invocation besides its answer; also of one that failed. */
  readonly told: (answer: Answer) => Pick<Outcome, 'serverMs' | 'coldStart' | 'usage'>;
}

export interface RestBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
const REHEARSED_CONNECTIONS = 32;
const REHEARSED_BODY: RestBody = { contentType: 'application/json', bytes: Buffer.from('{"instances":[[0.5]]}') };

/** A client of one address of Google's over the lean wire, with a token in every request. */
export async function createRestBackend(plan: RestPlan, context: BackendContext): Promise<Backend> {
  const token = plan.wish === null ? null : await openBackgroundToken(plan.wish);
  const client = await createClient(plan, connectionShare(plan.connections, context), token, context);
  return {
    ...client.invokes,
    prepare: (signal) => client.wire.open(signal),
    rehearse: (signal) => rehearse(plan, context, signal),
    facts: () => ({ ...wireFacts(client.wire), ...token?.facts() }),
    close() {
      token?.close();
      client.wire.close();
      return Promise.resolve();
    },
  };
}

interface Client {
  readonly wire: Wire;
  readonly invokes: Pick<Backend, 'invoke' | 'invokeBatch'>;
}

async function createClient(
  plan: RestPlan,
  connections: Connections,
  token: TokenSource | null,
  { clock, onAnswer, timeoutMs }: Pick<BackendContext, 'clock' | 'onAnswer' | 'timeoutMs'>,
): Promise<Client> {
  const { url, method, expect, keepHeaders } = plan;
  const limits = { bodyBytes: BODY_LIMIT_BYTES, keepHeaders: ['location', ...bodyHeaders(expect), ...keepHeaders] };
  const openBody = await openBodyRules(expect);
  const wire = createWire({ url, connections, limits, openLimitMs: timeoutMs, clock });
  const requests = requestsOf(plan, token);
  const outcomeOf = answerJudge(expect, serviceFailure);
  const hidden = (text: string): string => (token === null ? text : withoutToken(text, token.current()));
  const judge = (result: Result): Outcome => {
    const told = result.kind === 'failure' ? {} : plan.told(result);
    const outcome = { ...outcomeOf(result), ...told };
    return outcome.ok ? outcome : { ...outcome, detail: hidden(outcome.detail) };
  };
  const { batches } = plan;
  const invokes = sentCalls({
    method,
    openBody,
    send(call, sending) {
      wire.send(requests.bytes(call.payload, call.seq), sending, call);
    },
    outcomeOf: judge,
    batches: batches && {
      send(call, sending) {
        wire.send(requests.batchBytes(call.payloads, call.seq), sending, call);
      },
      outcomeOf: judge,
      instances: batches,
    },
    onAnswer,
    hidden,
  });
  return { wire, invokes };
}

function requestsOf(plan: RestPlan, token: TokenSource | null): TokenRequests {
  const { bodies, batches } = plan;
  const contentType = bodies[0]?.contentType ?? JSON_TYPE;
  return createTokenRequests(
    token,
    bodies.length,
    (payload, authorization) => requestOf(plan, bodies[payload] ?? null, authorization),
    batches &&
      ((payloads, authorization) => requestOf(plan, { contentType, bytes: batches.body(payloads) }, authorization)),
  );
}

function requestOf(
  { url, method }: RestPlan,
  body: RestBody | null,
  authorization: readonly HeaderField[],
): ReturnType<typeof requestBytes> {
  const headers: readonly HeaderField[] = [
    ['host', url.host],
    ['user-agent', 'replay'],
    ['accept', '*/*'],
    ...authorization,
    ...(body === null ? [] : [['content-type', body.contentType] as const]),
  ];
  return requestBytes({ method, path: url.pathname + url.search, headers, body: body?.bytes ?? null });
}

function serviceFailure(answer: Answer): Outcome {
  if (answer.status < 400) return failedAnswer(answer);
  const detail = googleError(answer.status, answer.body);
  return { ok: false, failure: statusFailure(answer.status), detail, ...knownTimes(answer) };
}

/** The very same code to a sink in this thread. Without one the run is only less exact at first. */
async function rehearse(plan: RestPlan, { clock }: BackendContext, signal: AbortSignal): Promise<Backend | undefined> {
  const sink = await openLoopbackSink().catch(() => undefined);
  if (sink === undefined) return undefined;
  const connections = { initial: REHEARSED_CONNECTIONS, max: REHEARSED_CONNECTIONS };
  const batches = plan.batches === undefined ? {} : { batches: instanceBatches('', [REHEARSED_BODY.bytes]) };
  const rehearsed = { ...plan, url: sink.url, bodies: [REHEARSED_BODY], ...batches };
  const { wire, invokes } = await createClient(rehearsed, connections, null, { clock });
  await wire.open(signal);
  return {
    ...invokes,
    close() {
      wire.close();
      sink.close();
      return Promise.resolve();
    },
  };
}
