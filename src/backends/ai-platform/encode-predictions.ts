import { printable, UserError } from '../../errors.js';
import { exactNumber, parseExactJson } from '../tensors/exact-json.js';
import type { RestBody } from '../wire/requests.js';
import type { Method } from './endpoint-address.js';
import { bufferOf } from '../tensors/json-body.js';
import { loadPackage } from './load-package.js';

/** What is used of the package. Its own declarations are 20 MB, which every build would read. */
interface Vendor {
  readonly protos: {
    readonly google: {
      readonly cloud: { readonly aiplatform: { readonly v1: Readonly<Record<RequestType, Message>> } };
    };
  };
  readonly helpers: { toValue(value: unknown): unknown };
}

type RequestType = 'PredictRequest' | 'RawPredictRequest';

interface Message {
  encode(fields: object): { finish(): Uint8Array };
}

/** Not a literal, so that the compiler does not look into it. */
const PACKAGE: string = '@google-cloud/aiplatform';

/**
 * The bodies as messages of google.cloud.aiplatform.v1, made by Google's own package. It costs seconds and a hundred
 * megabytes to load, so it is loaded once, on the main thread; the bytes lie on memory that all threads share. Throws
 * `UserError` where it is not installed.
 */
export async function encodePredictions(
  endpoint: string,
  method: Method,
  bodies: readonly RestBody[],
): Promise<readonly Uint8Array[]> {
  const { protos, helpers } = (await loadPackage(() => import(PACKAGE))) as Vendor;
  const types = protos.google.cloud.aiplatform.v1;
  return bodies.map(({ contentType, bytes }) => {
    if (method === 'rawPredict') {
      return shared(types.RawPredictRequest.encode({ endpoint, httpBody: { contentType, data: bytes } }).finish());
    }
    const { instances, parameters } = parseExactJson(
      bufferOf(bytes).toString('utf8'),
      doubleOf,
    ) as unknown as PredictJson;
    const values = instances.map((instance) => helpers.toValue(instance));
    const rest = parameters === undefined ? {} : { parameters: helpers.toValue(parameters) };
    return shared(types.PredictRequest.encode({ endpoint, instances: values, ...rest }).finish());
  });
}

interface PredictJson {
  readonly instances: readonly unknown[];
  readonly parameters?: unknown;
}

/** Numbers of google.protobuf.Value are doubles. Throws `UserError` for an integer that would be rounded. */
function doubleOf(text: string): number {
  const value = exactNumber(text);
  const double = Number(value);
  if (typeof value === 'bigint' && BigInt(double) !== value)
    throw new UserError(
      `backend ai-platform: ${printable(text, 40)} would be rounded, since messages of predict over gRPC hold 64-bit floats; give --set transport=rest`,
    );
  return double;
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
