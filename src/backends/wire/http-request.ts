import type { HeaderField } from '../../http-syntax.js';
import { filled, isPlaceholder, type Template } from '../../text/template.js';
import type { ArrivalValues } from '../backend.js';
import { type Encoding, encodedValue } from './encoded-value.js';
import { type UuidKey, uuidOf } from './request-uuid.js';

export type { HeaderField };

/** One request, from which the bytes of HTTP/1.1 and the header fields of HTTP/2 are made. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  /** In this order; without Content-Length, which follows from method and body. */
  readonly headers: readonly HeaderField[];
  /** Null: none. */
  readonly body: Uint8Array | null;
}

/** The same with places to fill in for each request. A string is literal; a body is read as Latin-1, so that its bytes stay as they are. */
export interface RequestTemplate {
  readonly method: string;
  readonly path: string | Template;
  readonly headers: readonly (readonly [name: string, value: string | Template])[];
  readonly body: Uint8Array | BodyTemplate | null;
}

/** `encodings`: how the value of a column is written in each place; absent: as it is. */
export interface BodyTemplate extends Template {
  readonly encodings?: readonly Encoding[];
}

/** What placeholders stand for in a run; `{seq}` is each request's own. */
export interface RunValues {
  /** Of characters that need no escape in a URL, a header or a JSON string. */
  readonly runId: string;
  readonly uuidKey: UuidKey;
  /** Of the trace's columns; absent: it has none. */
  readonly arrivals?: ArrivalValues | undefined;
}

/** The request of each index in the trace; always the same object where nothing in it is a request's own. */
export function requestAt(template: RequestTemplate, values: RunValues): (seq: number) => HttpRequest {
  if (!changes(template)) {
    const request = filledAt(template, values, 0);
    return () => request;
  }
  return (seq) => filledAt(template, values, seq);
}

/** RFC 9110, section 8.6: a length also for an empty body, where the method expects one; null: no such field. */
export function contentLength({ method, body }: Pick<HttpRequest, 'method' | 'body'>): number | null {
  const expectsBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
  return body === null && !expectsBody ? null : (body?.length ?? 0);
}

function changes({ path, headers, body }: RequestTemplate): boolean {
  return [path, body, ...headers.map(([, value]) => value)].some(
    (part) =>
      part !== null &&
      typeof part === 'object' &&
      'placeholders' in part &&
      part.placeholders.some((placeholder) => placeholder !== 'run'),
  );
}

function filledAt({ method, path, headers, body }: RequestTemplate, values: RunValues, seq: number): HttpRequest {
  const text = (part: string | Template, encoding: Encoding): string =>
    typeof part === 'string' ? part : filled(part, (name) => placeholderValue(name, encoding, values, seq));
  return {
    method,
    path: text(path, 'url'),
    headers: headers.map(([name, value]) => [name, text(value, 'header')]),
    body: body === null || body instanceof Uint8Array ? body : bodyAt(body, values, seq),
  };
}

function bodyAt(body: BodyTemplate, values: RunValues, seq: number): Uint8Array {
  const text = filled(body, (name, i) => placeholderValue(name, body.encodings?.[i] ?? 'text', values, seq));
  return Buffer.from(text, 'latin1');
}

function placeholderValue(
  name: string,
  encoding: Encoding,
  { runId, uuidKey, arrivals }: RunValues,
  seq: number,
): string {
  if (!isPlaceholder(name)) return encodedValue(arrivals?.of(name, seq), encoding);
  if (name === 'seq') return String(seq);
  return name === 'run' ? runId : uuidOf(uuidKey, seq);
}
