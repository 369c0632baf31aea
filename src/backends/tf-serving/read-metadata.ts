import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { SetUp } from '../backend.js';
import { messageOf, printable, UserError } from '../../errors.js';
import { hostAndPort, resolvedAddresses, tlsOptions } from '../wire/connect-options.js';
import { callGrpcOnce } from '../grpc/grpc-channels.js';
import { givenTemplate } from '../shared/given-template.js';
import { grpcMetadata } from '../grpc/grpc-metadata.js';
import { loadDescription, loadGrpc } from '../grpc/grpc-runtime.js';
import type { HttpOptions } from '../wire/http-options.js';
import type { HeaderField } from '../wire/http-request.js';
import { PREDICTION_SERVICE, SIGNATURE_DEF_MAP, TF_SERVING } from '../grpc/grpc-tf-serving.js';
import { jsonStructure, READS_NON_FINITE } from '../tensors/json-body.js';
import { isObject } from './payload-tensors.js';
import { signatureInputs, type SignatureInput } from './signature-inputs.js';
import type { TfServingOptions } from './tf-serving-options.js';

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_MS = 10_000;
const DEFAULT_SIGNATURE = 'serving_default';

/** Asks the server what the model takes. One request about the model, none to it. Throws `UserError`. */
export async function readMetadata(
  options: TfServingOptions,
  { signal, timeoutMs = Infinity }: Pick<SetUp, 'signal' | 'timeoutMs'>,
): Promise<readonly SignatureInput[]> {
  const limitMs = Math.ceil(Math.min(timeoutMs, MOST_MS));
  const map = await asked(() =>
    options.transport === 'rest' ? overRest(options, signal, limitMs) : overGrpc(options, limitMs),
  );
  return signatureInputs(map, options.signature ?? DEFAULT_SIGNATURE);
}

async function asked(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(
      `backend tf-serving: the trace has no payload, and the server does not report what the model takes (${isLate(thrown) ? 'no answer in time' : messageOf(thrown)}); start it, or give the trace a payload`,
    );
  }
}

function isLate(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === 'AbortError' || thrown.name === 'TimeoutError');
}

/** Those without a placeholder, which is a value of each request: this is none of them. */
function literalHeaders({ headers, columns }: HttpOptions): HeaderField[] {
  return headers.flatMap(([name, value]) => {
    const { literals, placeholders } = givenTemplate(value, columns);
    return placeholders.length === 0 ? [[name, literals.join('')] as const] : [];
  });
}

async function overRest({ http, modelUrl }: TfServingOptions, signal: AbortSignal, limitMs: number): Promise<unknown> {
  const url = new URL(`${modelUrl}/metadata`);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const headers = Object.fromEntries(literalHeaders(http).map(([name, value]) => [name.toLowerCase(), value]));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // No agent: it would keep the connection, which a service with a worker for each connection then waits on.
    request(
      url,
      { headers: { host: url.host, ...headers }, signal: limit, agent: false, ...socketOf(url, http) },
      resolve,
    )
      .on('error', reject)
      .end();
  });
  const body = await collected(response);
  if (response.statusCode !== 200)
    throw new Error(`status ${String(response.statusCode)}: ${printable(body.toString('utf8'), 100)}`);
  const json = jsonStructure(body, READS_NON_FINITE);
  const metadata = isObject(json) ? json['metadata'] : undefined;
  return isObject(metadata) ? metadata['signature_def'] : undefined;
}

/** Where the connection leads, as `node:http` takes it. */
function socketOf(url: URL, { connect }: Pick<HttpOptions, 'connect'>): RequestOptions {
  const { host, port } = hostAndPort(url);
  const [address] = resolvedAddresses(connect, host, port) ?? [];
  return {
    ...tlsOptions(connect, host),
    ...(address === undefined ? {} : { host: address, hostname: address }),
    ...(connect.unixSocket === null ? {} : { socketPath: connect.unixSocket }),
  };
}

async function collected(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function overGrpc({ http, model, version }: TfServingOptions, limitMs: number): Promise<unknown> {
  const [grpc, description] = await Promise.all([loadGrpc(), loadDescription(TF_SERVING)]);
  const method = description.methods(PREDICTION_SERVICE).get('GetModelMetadata');
  if (method === undefined) throw new Error('no such method');
  const request = method.encodeRequest({
    model_spec: { name: model, ...(version === null ? {} : { version: { value: version } }) },
    metadata_field: ['signature_def'],
  });
  const { url, connect } = http;
  const metadata = grpcMetadata(grpc, http, { runId: '', uuidKey: http.uuidKey })(0);
  const target = { grpc, url: new URL(url), connect, answerBytes: MOST_BYTES };
  const bytes = await callGrpcOnce(target, { path: method.path, request, metadata, limitMs });
  const { metadata: fields } = method.decodeResponse(bytes) as {
    readonly metadata: Readonly<Record<string, { readonly value: Buffer } | undefined>>;
  };
  const value = fields['signature_def']?.value;
  return value === undefined ? undefined : description.message(SIGNATURE_DEF_MAP).decode(value);
}
