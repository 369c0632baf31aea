import type { InvokeEndpointCommandInput } from '@aws-sdk/client-sagemaker-runtime';
import type { BackendContext } from '../backend.js';
import type { OpenClient } from '../aws/aws-backend.js';
import type { AwsBody } from '../aws/aws-bodies.js';
import { contentEncodingOf } from '../aws/aws-content-encoding.js';
import { sdkClient } from '../aws/aws-sdk-client.js';
import { sdkTransport } from '../aws/aws-sdk-transport.js';
import { secretsOf } from '../aws/aws-secrets.js';
import { vendorConfig } from '../aws/aws-vendor-config.js';
import { CONTENT_ENCODING } from '../wire/open-body-rules.js';
import { refuseProxy } from '../wire/refuse-proxy.js';
import { addressOf, bodiesOf, credentialsOf, loadRuntime } from './open-sagemaker.js';
import type { SageMakerOptions } from './sagemaker-options.js';
import { createSageMakerOutcome } from './sagemaker-outcome.js';

/** The same invocations through the vendor's client. */
export async function openSdkClient(options: SageMakerOptions, context: BackendContext): Promise<OpenClient> {
  const { SageMakerRuntimeClient, InvokeEndpointCommand } = await loadRuntime();
  const bodies = bodiesOf(context.payloads, context.batchSize !== undefined);
  refuseProxy('sagemaker', (await addressOf(options)).origin, process.env);
  const credentials = await credentialsOf(options, context.hide);
  const client = new SageMakerRuntimeClient({
    ...vendorConfig(options),
    credentials: () => Promise.resolve(credentials.current()),
    requestHandler: sdkTransport(options, context),
  });
  return sdkClient(
    {
      backend: 'sagemaker',
      bodies,
      expect: options.expect,
      credentials,
      async send(body, abortSignal) {
        const command = new InvokeEndpointCommand(inputOf(options, body));
        const encoding = contentEncodingOf(command);
        const { $metadata, Body } = await client.send(command, { abortSignal });
        return { status: $metadata.httpStatusCode, headers: { [CONTENT_ENCODING]: encoding() }, body: Body };
      },
      outcomeOf: createSageMakerOutcome({ expect: options.expect, secrets: () => secretsOf(credentials) }),
      // The model was asked, whatever it answered.
      failed: (outcome, requestBytes) =>
        !outcome.ok && outcome.failure === 'function-error' ? { ...outcome, usage: { requestBytes } } : outcome,
      destroy() {
        client.destroy();
      },
    },
    context,
  );
}

function inputOf(options: SageMakerOptions, body: AwsBody): InvokeEndpointCommandInput {
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
