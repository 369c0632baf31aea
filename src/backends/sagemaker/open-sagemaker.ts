import type { Payload } from '../../trace.js';
import type { BackendContext, Hide } from '../backend.js';
import { askAddress, PLACEHOLDER_CREDENTIALS, type ServiceAddress } from '../aws/aws-address.js';
import type { OpenClient } from '../aws/aws-backend.js';
import { type AwsBody, awsBodies, batchesOf } from '../aws/aws-bodies.js';
import { type KeptCredentials, keepCredentials } from '../aws/aws-credentials.js';
import { openLeanClient } from '../aws/aws-lean-client.js';
import { loadAwsPackage } from '../aws/aws-package.js';
import { READS_NON_FINITE } from '../tensors/json-body.js';
import { refuseProxy } from '../wire/refuse-proxy.js';
import { secretsOf } from '../aws/aws-secrets.js';
import { vendorConfig } from '../aws/aws-vendor-config.js';
import type { HeaderField } from '../wire/request-bytes.js';
import type { RequestToSign } from '../aws/signed-requests.js';
import type { SageMakerOptions } from './sagemaker-options.js';
import { createSageMakerOutcome, KEPT_HEADERS } from './sagemaker-outcome.js';

export function loadRuntime(): Promise<typeof import('@aws-sdk/client-sagemaker-runtime')> {
  return loadAwsPackage(
    'sagemaker',
    '@aws-sdk/client-sagemaker-runtime',
    () => import('@aws-sdk/client-sagemaker-runtime'),
  );
}

/** Credentials, address and connections: all that a call does not wait for later. */
export async function openSageMaker(
  options: SageMakerOptions,
  context: BackendContext,
  signal: AbortSignal,
): Promise<OpenClient> {
  const bodies = bodiesOf(context.payloads, context.batchSize !== undefined);
  const address = await addressOf(options);
  refuseProxy('sagemaker', address.origin, process.env);
  const credentials = await credentialsOf(options, context.hide);
  return openLeanClient(
    {
      origin: address.origin,
      requests: bodies.map((body) => requestOf(options, address, body)),
      ...(context.batchSize === undefined ? {} : { batches: batchesOf('sagemaker', bodies) }),
      signing: { scope: address.scope, credentials },
      connections: options.connections,
      connect: options.connect,
      keepHeaders: KEPT_HEADERS,
      expect: options.expect,
      outcomeOf: createSageMakerOutcome({
        expect: options.expect,
        secrets: () => secretsOf(credentials),
      }),
    },
    context,
    signal,
  );
}

/** Containers take bytes of any kind; what goes in batches is in the rows of TensorFlow Serving's. Throws `UserError`. */
export function bodiesOf(payloads: readonly Payload[], batched: boolean): readonly AwsBody[] {
  return awsBodies('sagemaker', payloads, { asTheyAre: !batched, reader: READS_NON_FINITE });
}

function requestOf(options: SageMakerOptions, { origin, path, query }: ServiceAddress, body: AwsBody): RequestToSign {
  const given: readonly (readonly [name: string, value: string | null])[] = [
    ['content-type', options.contentType ?? body.contentType],
    ['accept', options.accept],
    ['x-amzn-sagemaker-custom-attributes', options.customAttributes],
    ['x-amzn-sagemaker-target-model', options.targetModel],
    ['x-amzn-sagemaker-target-variant', options.variant],
    ['x-amzn-sagemaker-inference-component', options.inferenceComponent],
  ];
  const headers = given.flatMap(([name, value]): HeaderField[] => (value === null ? [] : [[name, value]]));
  return {
    method: 'POST',
    path,
    query,
    headers: [['host', origin.host], ['user-agent', 'replay'], ...headers],
    body: body.bytes,
  };
}

export async function addressOf(options: SageMakerOptions): Promise<ServiceAddress> {
  const { SageMakerRuntimeClient, InvokeEndpointCommand } = await loadRuntime();
  return askAddress('sagemaker', (requestHandler) => {
    const own = { credentials: PLACEHOLDER_CREDENTIALS, requestHandler };
    const client = new SageMakerRuntimeClient({ ...vendorConfig(options), ...own });
    return client.send(new InvokeEndpointCommand({ EndpointName: options.endpoint, Body: new Uint8Array(0) }));
  });
}

/** Of the profile. Rejects with the error of the vendor's package where there is none. */
export async function regionOf(options: SageMakerOptions): Promise<string> {
  const { SageMakerRuntimeClient } = await loadRuntime();
  return new SageMakerRuntimeClient(vendorConfig(options)).config.region();
}

export async function credentialsOf(options: SageMakerOptions, hide?: Hide): Promise<KeptCredentials> {
  const { SageMakerRuntimeClient } = await loadRuntime();
  const client = new SageMakerRuntimeClient(vendorConfig(options));
  return keepCredentials('sagemaker', client.config.credentials, hide);
}
