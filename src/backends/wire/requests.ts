import { payloadAt } from '../shared/payload-at.js';
import { batchCache } from '../tensors/batch-cache.js';
import type { HeaderField, RequestTemplate } from './http-request.js';

/** What calls are sent as, in the form that a client takes. */
export interface Requests<Form> {
  /** Of a call with this entry of the payload table. */
  of(payload: number): Form;
  /** Of a call with several, by their indexes. Throws in a run without batches. */
  ofBatch(payloads: Uint32Array): Form;
}

/** A whole HTTP/1.1 request for each index in the trace. They are never changed. */
export type BytesOf = (seq: number) => Uint8Array;

/** A request for each entry of the payload table, and one for each batch where requests go in batches. */
export interface RequestTable {
  readonly table: readonly RequestTemplate[];
  readonly batchRequest?: ((payloads: Uint32Array) => RequestTemplate) | undefined;
}

/** Made once: each entry of a table, and each distinct content of a batch. `bytesOf`: the memory that a form takes. */
export function tableRequests<Form>(
  { table, batchRequest = noBatch }: RequestTable,
  form: (template: RequestTemplate) => Form,
  bytesOf: (made: Form) => number,
): Requests<Form> {
  const made = table.map(form);
  return {
    of: (payload) => payloadAt(made, payload),
    ofBatch: batchCache((payloads) => form(batchRequest(payloads)), bytesOf),
  };
}

/** In place of what makes a batch, where there are none. */
export function noBatch(): never {
  throw new Error('a batch in a run without batches');
}

export interface RestBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A request of the usual form to the path of `url`. `added`: fields besides those of every request, such as a token. */
export function bodyRequest(
  url: URL,
  method: string,
  body: RestBody | null,
  added: readonly HeaderField[] = [],
): RequestTemplate {
  const headers: readonly HeaderField[] = [
    ['host', url.host],
    ['user-agent', 'replay'],
    ['accept', '*/*'],
    ...added,
    ...(body === null ? [] : [['content-type', body.contentType] as const]),
  ];
  return { method, path: url.pathname + url.search, headers, body: body?.bytes ?? null };
}
