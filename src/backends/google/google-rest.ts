import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext } from '../backend.js';
import { instanceBatches, type InstanceBatches } from '../tensors/instance-batches.js';
import { JSON_TYPE } from '../tensors/instances-json.js';
import { answerJudge } from '../wire/answer-judge.js';
import { type ConnectOptions, PLAIN_CONNECT } from '../wire/connect-options.js';
import type { Answer } from '../wire/exchange.js';
import type { ExpectRule } from '../wire/expect-rule.js';
import { bodyHeaders } from '../wire/open-body-rules.js';
import { requestBytes } from '../wire/request-bytes.js';
import { bodyRequest, type BytesOf, type Requests, type RestBody } from '../wire/requests.js';
import { leanClient, REHEARSED_BODY, restBackend, type RestService } from '../wire/rest-client.js';
import { failedAnswer, knownTimes, statusFailure } from '../wire/status-outcome.js';
import { openBackgroundToken } from './google-background-token.js';
import type { TokenWish } from './google-credentials.js';
import { googleError } from './google-error.js';
import { type TokenSource, withoutToken } from './google-token.js';
import { createTokenRequests } from './token-requests.js';

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
  readonly connect: ConnectOptions;
  /** Lower-case names of the headers that `told` reads. */
  readonly keepHeaders: readonly string[];
  /** What the service reports about an invocation besides its answer, whether it succeeded or failed. */
  readonly told: (answer: Answer) => Pick<Outcome, 'serverMs' | 'coldStart' | 'usage'>;
}

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

/** A client of one address of Google's over the lean wire, with a token in every request. */
export async function createRestBackend(plan: RestPlan, context: BackendContext): Promise<Backend> {
  const token = plan.wish === null ? null : await openBackgroundToken(plan.wish, context.hide);
  return restBackend(googleService(plan, token), context);
}

function googleService(plan: RestPlan, token: TokenSource | null): RestService {
  const { url, connections, connect, method, expect, keepHeaders, batches, told } = plan;
  const limits = { bodyBytes: BODY_LIMIT_BYTES, keepHeaders: ['location', ...bodyHeaders(expect), ...keepHeaders] };
  const judge = answerJudge(expect, serviceFailure);
  const hidden = (text: string): string => (token === null ? text : withoutToken(text, token.current()));
  return {
    url,
    connections,
    method,
    expect,
    outcomeOf(result) {
      const outcome = { ...judge(result), ...(result.kind === 'failure' ? {} : told(result)) };
      return outcome.ok ? outcome : { ...outcome, detail: hidden(outcome.detail) };
    },
    batches: batches && { instances: batches },
    hidden,
    connect: (connecting) => leanClient({ ...connecting, url, connect, limits }, requestsOf(plan, token)),
    facts: () => token?.facts() ?? {},
    close: () => token?.close(),
    rehearsed: (standIn) => googleService(rehearsal(plan, standIn), null),
  };
}

function rehearsal(plan: RestPlan, url: URL): RestPlan {
  const batches = plan.batches === undefined ? {} : { batches: instanceBatches('', [REHEARSED_BODY.bytes]) };
  return { ...plan, url, connect: PLAIN_CONNECT, bodies: [REHEARSED_BODY], ...batches };
}

function requestsOf({ url, method, bodies, batches }: RestPlan, token: TokenSource | null): Requests<BytesOf> {
  const contentType = bodies[0]?.contentType ?? JSON_TYPE;
  return createTokenRequests(
    token,
    bodies.length,
    (payload, authorization) => requestBytes(bodyRequest(url, method, bodies[payload] ?? null, authorization)),
    batches &&
      ((payloads, authorization) =>
        requestBytes(bodyRequest(url, method, { contentType, bytes: batches.body(payloads) }, authorization))),
  );
}

function serviceFailure(answer: Answer): Outcome {
  if (answer.status < 400) return failedAnswer(answer);
  const detail = googleError(answer.status, answer.body);
  return { ok: false, failure: statusFailure(answer.status), detail, ...knownTimes(answer) };
}
