import type { InvokeEndpointCommandInput, InvokeEndpointCommandOutput } from '@aws-sdk/client-sagemaker-runtime';
import type { Outcome } from '../../sample.js';
import type { BackendContext, BatchCall, BatchOutcome, Call } from '../backend.js';
import type { OpenClient } from '../shared/aws-backend.js';
import { refuseProxy } from '../shared/refuse-proxy.js';
import { sdkFailure } from '../shared/aws-sdk-failure.js';
import { sdkTransport } from '../shared/aws-sdk-transport.js';
import { secretsOf, shownAnswer } from '../shared/aws-secrets.js';
import { vendorConfig } from '../shared/aws-vendor-config.js';
import type { Answer } from '../shared/exchange.js';
import { JSON_TYPE } from '../shared/instances-json.js';
import { showAnswer } from '../shared/seen-answer.js';
import { addressOf, batchesOf, type Body, bodiesOf, credentialsOf, loadRuntime } from './open-sagemaker.js';
import type { SageMakerOptions } from './sagemaker-options.js';
import { createSageMakerOutcome } from './sagemaker-outcome.js';

/** The same invocations through the vendor's client: a second opinion, at many times the cost. */
export async function openSdkClient(options: SageMakerOptions, context: BackendContext): Promise<OpenClient> {
  const { SageMakerRuntimeClient, InvokeEndpointCommand } = await loadRuntime();
  const bodies = bodiesOf(context.payloads, context.batchSize !== undefined);
  refuseProxy('sagemaker', (await addressOf(options)).origin, process.env);
  const credentials = await credentialsOf(options);
  const client = new SageMakerRuntimeClient({
    ...vendorConfig(options),
    credentials: () => Promise.resolve(credentials.current()),
    requestHandler: sdkTransport(options.connections, context),
  });
  const secrets = (): readonly string[] => secretsOf(credentials);
  const outcomeOf = createSageMakerOutcome({ expect: options.expect, secrets });
  const send = async (body: Body, call: Call): Promise<readonly [outcome: Outcome, body: Uint8Array]> => {
    const requestBytes = body.bytes.length;
    try {
      const command = new InvokeEndpointCommand(inputOf(options, body));
      const output = await client.send(command, { abortSignal: call.signal });
      const answer = answerOf(output, context.clock.now());
      showAnswer(context.onAnswer, answer, (text) => shownAnswer(text, secrets()));
      return [outcomeOf(answer, requestBytes), answer.body];
    } catch (thrown) {
      const outcome = sdkFailure(thrown, context.clock, secrets());
      const isModels = !outcome.ok && outcome.failure === 'function-error';
      return [isModels ? { ...outcome, usage: { requestBytes } } : outcome, new Uint8Array(0)];
    }
  };
  const batches = context.batchSize === undefined ? undefined : batchesOf(bodies);
  return {
    async invoke(call) {
      const body = bodies[call.payload];
      if (body === undefined) throw new Error(`payload ${String(call.payload)} is not in the table`);
      const [outcome] = await send(body, call);
      return outcome;
    },
    ...(batches && {
      async invokeBatch(call: BatchCall): Promise<BatchOutcome> {
        const [outcome, body] = await send({ contentType: JSON_TYPE, bytes: batches.body(call.payloads) }, call);
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

export function inputOf(options: SageMakerOptions, body: Body): InvokeEndpointCommandInput {
  const given = {
    ContentType: options.contentType ?? body.contentType,
    Accept: options.accept,
    CustomAttributes: options.customAttributes,
    TargetModel: options.targetModel,
    TargetVariant: options.variant,
    InferenceComponentName: options.inferenceComponent,
  };
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  return { EndpointName: options.endpoint, Body: body.bytes, ...told };
}

function answerOf({ Body, $metadata }: InvokeEndpointCommandOutput, doneMs: number): Answer {
  // Its types say that there always is one.
  const body = (Body as Uint8Array | undefined) ?? new Uint8Array(0);
  return {
    kind: 'answer',
    status: $metadata.httpStatusCode ?? 0,
    headers: {},
    body,
    bodyBytes: body.length,
    sentMs: NaN,
    doneMs,
    doneEarliestMs: NaN,
    handshakeMs: NaN,
  };
}
