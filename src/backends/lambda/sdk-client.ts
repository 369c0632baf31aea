import type { InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { Outcome } from '../../sample.js';
import type { BackendContext, BatchCall, BatchOutcome, Call } from '../backend.js';
import type { OpenClient } from '../shared/aws-backend.js';
import { refuseProxy } from '../shared/refuse-proxy.js';
import { secretsOf, shownAnswer } from '../shared/aws-secrets.js';
import { sdkFailure } from '../shared/aws-sdk-failure.js';
import { sdkTransport } from '../shared/aws-sdk-transport.js';
import { vendorConfig } from '../shared/aws-vendor-config.js';
import type { Answer } from '../shared/exchange.js';
import { showAnswer } from '../shared/seen-answer.js';
import { createLambdaOutcome, FUNCTION_ERROR_HEADER, LOG_HEADER } from './lambda-outcome.js';
import type { LambdaOptions } from './lambda-options.js';
import { addressOf, batchesOf, bodiesOf, credentialsOf, loadLambda, NO_BODY } from './open-lambda.js';

/** The same invocations through the vendor's client: a second opinion, at many times the cost. */
export async function openSdkClient(options: LambdaOptions, context: BackendContext): Promise<OpenClient> {
  const { LambdaClient, InvokeCommand } = await loadLambda();
  const bodies = bodiesOf(context.payloads, options.target, context.batchSize !== undefined);
  refuseProxy('lambda', (await addressOf(options)).origin, process.env);
  const credentials = await credentialsOf(options);
  const client = new LambdaClient({
    ...vendorConfig(options),
    credentials: () => Promise.resolve(credentials.current()),
    requestHandler: sdkTransport(options.connections, context),
  });
  const secrets = (): readonly string[] => secretsOf(credentials);
  const outcomeOf = createLambdaOutcome({ expect: options.expect, secrets });
  const send = async (bytes: Uint8Array, call: Call): Promise<readonly [outcome: Outcome, body: Uint8Array]> => {
    try {
      const output = await client.send(new InvokeCommand(inputOf(options, bytes)), { abortSignal: call.signal });
      const answer = answerOf(output, context.clock.now());
      showAnswer(context.onAnswer, answer, (text) => shownAnswer(text, secrets()));
      return [outcomeOf(answer, bytes.length), answer.body];
    } catch (thrown) {
      return [sdkFailure(thrown, context.clock, secrets()), NO_BODY.bytes];
    }
  };
  const batches = context.batchSize === undefined ? undefined : batchesOf(bodies);
  return {
    async invoke(call) {
      const body = bodies[call.payload];
      if (body === undefined) throw new Error(`payload ${String(call.payload)} is not in the table`);
      const [outcome] = await send(body.bytes, call);
      return outcome;
    },
    ...(batches && {
      async invokeBatch(call: BatchCall): Promise<BatchOutcome> {
        const [outcome, body] = await send(batches.body(call.payloads), call);
        return batches.split(outcome, call.payloads, body);
      },
    }),
    facts: () => ({ client: 'the SDK of AWS' }),
    close() {
      credentials.close();
      client.destroy();
      return Promise.resolve();
    },
  };
}

function inputOf({ target, log }: LambdaOptions, Payload: Uint8Array) {
  if (target.kind === 'url') throw new Error('the client of the vendor calls no function URLs');
  return {
    FunctionName: target.function,
    ...(target.qualifier === null ? {} : { Qualifier: target.qualifier }),
    ...(log === 'none' ? {} : { LogType: 'Tail' as const }),
    Payload,
  };
}

function answerOf({ FunctionError, LogResult, Payload, $metadata }: InvokeCommandOutput, doneMs: number): Answer {
  const body = Payload ?? new Uint8Array(0);
  return {
    kind: 'answer',
    status: $metadata.httpStatusCode ?? 0,
    headers: {
      ...(FunctionError === undefined ? {} : { [FUNCTION_ERROR_HEADER]: FunctionError }),
      ...(LogResult === undefined ? {} : { [LOG_HEADER]: LogResult }),
    },
    body,
    bodyBytes: body.length,
    sentMs: NaN,
    doneMs,
    doneEarliestMs: NaN,
    handshakeMs: NaN,
  };
}
