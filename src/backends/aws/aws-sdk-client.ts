import type { Outcome } from '../../sample.js';
import type { BackendContext, BatchCall, BatchOutcome, Call } from '../backend.js';
import type { OpenClient } from './aws-backend.js';
import { type AwsBody, batchesOf, jsonBody } from './aws-bodies.js';
import type { KeptCredentials } from './aws-credentials.js';
import { sdkFailure } from './aws-sdk-failure.js';
import { secretsOf, shownAnswer } from './aws-secrets.js';
import type { OpenBody } from '../wire/body-reader.js';
import type { Answer } from '../wire/exchange.js';
import type { ExpectRule } from '../wire/expect-rule.js';
import { openBodyRules } from '../wire/open-body-rules.js';
import { payloadAt } from '../shared/payload-at.js';
import { showAnswer } from '../wire/seen-answer.js';

/** A service through the vendor's client: a second opinion, at many times the cost. */
export interface SdkService {
  readonly backend: string;
  readonly bodies: readonly AwsBody[];
  readonly credentials: KeptCredentials;
  readonly expect: ExpectRule;
  /** Rejects with what the vendor's client throws. */
  send(body: AwsBody, signal: AbortSignal): Promise<SdkAnswer>;
  outcomeOf(answer: Answer, requestBytes: number): Outcome;
  /** What a failure that the vendor's client threw still reports. Absent: nothing. */
  failed?(outcome: Outcome, requestBytes: number): Outcome;
  destroy(): void;
}

export interface SdkAnswer {
  readonly status: number | undefined;
  /** The headers that count, by lower-case name; those undefined are absent. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Null or undefined where there is none, whatever the vendor's types say. */
  readonly body: Uint8Array | null | undefined;
}

const NOTHING = new Uint8Array(0);

export function sdkClient(service: SdkService, context: BackendContext): OpenClient {
  const { backend, bodies, credentials } = service;
  const send = sender(service, context);
  const batches = context.batchSize === undefined ? undefined : batchesOf(backend, bodies);
  return {
    async invoke(call) {
      const [outcome] = await send(payloadAt(bodies, call.payload), call);
      return outcome;
    },
    ...(batches && {
      async invokeBatch(call: BatchCall): Promise<BatchOutcome> {
        const [outcome, body] = await send(jsonBody(batches.body(call.payloads)), call);
        return batches.split(outcome, call.payloads, body);
      },
    }),
    facts: () => ({ client: 'the SDK of AWS' }),
    close() {
      credentials.close();
      service.destroy();
      return Promise.resolve();
    },
  };
}

type Send = (body: AwsBody, call: Call) => Promise<readonly [outcome: Outcome, answer: Uint8Array]>;

function sender(service: SdkService, { clock, onAnswer }: BackendContext): Send {
  // The first answer waits for it.
  const opening = openBodyRules(service.expect);
  const secrets = (): readonly string[] => secretsOf(service.credentials);
  return async (body, call) => {
    const requestBytes = body.bytes.length;
    try {
      const answer = read(answerOf(await service.send(body, call.signal), clock.now()), await opening);
      showAnswer(onAnswer, answer, (text) => shownAnswer(text, secrets()));
      return [service.outcomeOf(answer, requestBytes), answer.body];
    } catch (thrown) {
      const outcome = sdkFailure(thrown, clock, secrets());
      return [service.failed?.(outcome, requestBytes) ?? outcome, NOTHING];
    }
  };
}

/** The body is judged as the lean client judges it: what a Content-Encoding did to it is undone. */
function read(answer: Answer, openBody: OpenBody | undefined): Answer {
  const { status, headers, body } = answer;
  const reader = openBody?.(status, headers);
  reader?.take(body, 0, body.length);
  return reader === undefined ? answer : { ...answer, reader };
}

/** As if it had come by the wire: of its times only the end is known. */
function answerOf({ status = 0, headers, ...answer }: SdkAnswer, doneMs: number): Answer {
  const body = answer.body ?? NOTHING;
  const told = Object.entries(headers).filter((field): field is [string, string] => field[1] !== undefined);
  return {
    kind: 'answer',
    status,
    headers: Object.fromEntries(told),
    body,
    bodyBytes: body.length,
    sentMs: NaN,
    doneMs,
    doneEarliestMs: NaN,
    handshakeMs: NaN,
  };
}
