import type { BackendContext } from '../backend.js';
import type { OpenClient } from '../aws/aws-backend.js';
import { contentEncodingOf } from '../aws/aws-content-encoding.js';
import { sdkClient } from '../aws/aws-sdk-client.js';
import { sdkTransport } from '../aws/aws-sdk-transport.js';
import { secretsOf } from '../aws/aws-secrets.js';
import { vendorConfig } from '../aws/aws-vendor-config.js';
import { CONTENT_ENCODING } from '../wire/open-body-rules.js';
import { refuseProxy } from '../wire/refuse-proxy.js';
import { createLambdaOutcome, FUNCTION_ERROR_HEADER, LOG_HEADER, REQUEST_ID_HEADER } from './lambda-outcome.js';
import type { LambdaOptions } from './lambda-options.js';
import { addressOf, bodiesOf, credentialsOf, loadLambda } from './open-lambda.js';

/** The same invocations through the vendor's client. */
export async function openSdkClient(options: LambdaOptions, context: BackendContext): Promise<OpenClient> {
  const { LambdaClient, InvokeCommand } = await loadLambda();
  const bodies = bodiesOf(context.payloads, options.target, context.batchSize !== undefined);
  refuseProxy('lambda', (await addressOf(options)).origin, process.env);
  const credentials = await credentialsOf(options, context.hide);
  const client = new LambdaClient({
    ...vendorConfig(options),
    credentials: () => Promise.resolve(credentials.current()),
    requestHandler: sdkTransport(options, context),
  });
  return sdkClient(
    {
      backend: 'lambda',
      bodies,
      expect: options.expect,
      credentials,
      async send({ bytes }, abortSignal) {
        const command = new InvokeCommand(inputOf(options, bytes));
        const encoding = contentEncodingOf(command);
        const output = await client.send(command, { abortSignal });
        const { FunctionError, LogResult, Payload, $metadata } = output;
        const headers = {
          [FUNCTION_ERROR_HEADER]: FunctionError,
          [LOG_HEADER]: LogResult,
          [REQUEST_ID_HEADER]: $metadata.requestId,
          [CONTENT_ENCODING]: encoding(),
        };
        return { status: $metadata.httpStatusCode, headers, body: Payload };
      },
      outcomeOf: createLambdaOutcome({ expect: options.expect, secrets: () => secretsOf(credentials) }),
      destroy() {
        client.destroy();
      },
    },
    context,
  );
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
