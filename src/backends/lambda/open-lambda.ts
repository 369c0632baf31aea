import { printable } from '../../errors.js';
import type { Payload } from '../../trace.js';
import type { BackendContext, Hide } from '../backend.js';
import { askAddress, PLACEHOLDER_CREDENTIALS, pathLabel, type ServiceAddress } from '../aws/aws-address.js';
import type { OpenClient } from '../aws/aws-backend.js';
import { type AwsBody, awsBodies, batchesOf } from '../aws/aws-bodies.js';
import { type KeptCredentials, keepCredentials } from '../aws/aws-credentials.js';
import { openLeanClient } from '../aws/aws-lean-client.js';
import { loadAwsPackage } from '../aws/aws-package.js';
import { refuseProxy } from '../wire/refuse-proxy.js';
import { secretsOf } from '../aws/aws-secrets.js';
import { vendorConfig } from '../aws/aws-vendor-config.js';
import { JSON_TYPE } from '../tensors/instances-json.js';
import { strictReader } from '../tensors/json-body.js';
import type { HeaderField } from '../wire/request-bytes.js';
import type { RequestToSign } from '../aws/signed-requests.js';
import type { QueryField } from '../aws/sigv4.js';
import { createLambdaOutcome, FUNCTION_ERROR_HEADER, KEPT_HEADERS } from './lambda-outcome.js';
import type { LambdaOptions, LambdaTarget } from './lambda-options.js';
import { parseLogTail } from './parse-log-tail.js';

/** An event has to be JSON (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html), or the service refuses the call. */
const STRICT = strictReader('Lambda and most runtimes refuse it');

export function loadLambda(): Promise<typeof import('@aws-sdk/client-lambda')> {
  return loadAwsPackage('lambda', '@aws-sdk/client-lambda', () => import('@aws-sdk/client-lambda'));
}

/** Credentials, address and connections: all that a call does not wait for later. */
export async function openLambda(
  options: LambdaOptions,
  context: BackendContext,
  signal: AbortSignal,
): Promise<OpenClient> {
  const bodies = bodiesOf(context.payloads, options.target, context.batchSize !== undefined);
  const address = await addressOf(options);
  refuseProxy('lambda', address.origin, process.env);
  const credentials = options.auth === 'none' ? null : await credentialsOf(options, context.hide);
  warmReports();
  return openLeanClient(
    {
      origin: address.origin,
      requests: bodies.map((body) => requestOf(options, address, body)),
      ...(context.batchSize === undefined ? {} : { batches: batchesOf('lambda', bodies) }),
      signing: credentials === null ? null : { scope: address.scope, credentials },
      connections: options.connections,
      connect: options.connect,
      keepHeaders: KEPT_HEADERS,
      failureHeader: FUNCTION_ERROR_HEADER,
      expect: options.expect,
      outcomeOf: createLambdaOutcome({
        expect: options.expect,
        secrets: () => secretsOf(credentials),
      }),
    },
    context,
    signal,
  );
}

/** An invocation takes JSON, and so does a batch; a function URL takes any body as it is. Throws `UserError`. */
export function bodiesOf(payloads: readonly Payload[], { kind }: LambdaTarget, batched: boolean): readonly AwsBody[] {
  return awsBodies('lambda', payloads, { asTheyAre: kind === 'url' && !batched, reader: STRICT });
}

function requestOf(options: LambdaOptions, { origin, path, query }: ServiceAddress, body: AwsBody): RequestToSign {
  const isTailWanted = options.target.kind === 'invoke' && options.log === 'tail';
  const headers: readonly HeaderField[] = [
    ['host', origin.host],
    ['user-agent', 'replay'],
    ['content-type', printable(body.contentType ?? JSON_TYPE)],
    ...(isTailWanted ? [['x-amz-log-type', 'Tail'] as const] : []),
  ];
  return { method: 'POST', path, query, headers, body: body.bytes };
}

export async function addressOf(options: LambdaOptions): Promise<ServiceAddress> {
  const { target, endpointUrl, auth } = options;
  if (target.kind === 'url') return urlAddress(new URL(target.url), auth === 'none' ? '' : await regionOf(options));
  if (auth === 'none') return unsignedAddress(target, endpointUrl ?? '');
  const { LambdaClient, InvokeCommand } = await loadLambda();
  return askAddress('lambda', (requestHandler) => {
    const client = new LambdaClient({ ...vendorConfig(options), credentials: PLACEHOLDER_CREDENTIALS, requestHandler });
    const { function: FunctionName, qualifier } = target;
    return client.send(new InvokeCommand({ FunctionName, ...(qualifier === null ? {} : { Qualifier: qualifier }) }));
  });
}

/** The query is taken apart and put together again, since a `+` or a bare bracket may be read in two ways. */
function urlAddress(url: URL, region: string): ServiceAddress {
  const path = url.pathname.replace(/[^A-Za-z0-9\-._~%/:@!$&'()*+,;=]/g, (character) => pathLabel(character));
  return { origin: new URL(url.origin), path, query: [...url.searchParams], scope: { region, service: 'lambda' } };
}

/** What the vendor's client would ask for, without it. */
export function unsignedAddress(
  { function: name, qualifier }: LambdaTarget & { readonly kind: 'invoke' },
  endpointUrl: string,
): ServiceAddress {
  const url = new URL(endpointUrl);
  const query: QueryField[] = qualifier === null ? [] : [['Qualifier', qualifier]];
  return {
    origin: new URL(url.origin),
    path: `${url.pathname.replace(/\/$/, '')}/2015-03-31/functions/${pathLabel(name)}/invocations`,
    query,
    scope: { region: '', service: 'lambda' },
  };
}

/** Of the options, else of the profile. Rejects with the error of the vendor's package where there is none. */
export async function regionOf(options: LambdaOptions): Promise<string> {
  if (options.region !== null) return options.region;
  const { LambdaClient } = await loadLambda();
  return new LambdaClient(vendorConfig(options)).config.region();
}

export async function credentialsOf(options: LambdaOptions, hide?: Hide): Promise<KeptCredentials> {
  const { LambdaClient } = await loadLambda();
  const client = new LambdaClient(vendorConfig(options));
  return keepCredentials('lambda', client.config.credentials, hide);
}

const SAMPLE_LOG = Buffer.from(
  'START RequestId: 0 Version: $LATEST\nEND RequestId: 0\nREPORT RequestId: 0\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 35 MB\tInit Duration: 100.00 ms\t\n',
).toString('base64');

/** The sink of the warm-up sends no logs; reading them must be warm too. */
function warmReports(): void {
  for (let i = 0; i < 2000; i++) parseLogTail(SAMPLE_LOG);
}
