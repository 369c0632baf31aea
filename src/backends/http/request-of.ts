import { parseTemplate, type Template } from '../../text/template.js';
import type { Payload, PayloadRequest } from '../../trace.js';
import { givenTemplate } from '../shared/given-template.js';
import type { HttpOptions } from '../wire/http-options.js';
import type { RequestTemplate } from '../wire/http-request.js';
import { bodyEncodings } from '../wire/encoded-value.js';
import { pathTemplate, urlPath } from '../wire/url-path.js';

type Headers = RequestTemplate['headers'];

/** What a payload is sent as: as it says itself, else as the options say; null: a request without a payload. */
export function requestOf(options: HttpOptions, payload: Payload | null): RequestTemplate {
  const bytes = payload?.kind === 'bytes' ? payload : null;
  const request = bytes?.request;
  const { columns } = options;
  const hasBody = bytes !== null && request?.hasBody !== false;
  const usual: Headers = [
    ['host', new URL(options.url).host],
    ['user-agent', 'replay'],
    ['accept', '*/*'],
    // Says to the service, too, that nothing follows on this connection.
    ...(options.requestsPerConnection === 1 ? [['connection', 'close'] as const] : []),
    ...(hasBody ? [['content-type', bytes.contentType] as const] : []),
  ];
  const given = options.headers.map(([name, value]) => [name, givenTemplate(value, columns)] as const);
  return {
    method: request?.method ?? options.method ?? (hasBody ? 'POST' : 'GET'),
    path: request?.path === undefined ? pathTemplate(options.path, columns) : ownPath(request, request.path, options),
    headers: over(over(usual, given), ownHeaders(request, columns)),
    body: hasBody ? bodyOf(bytes, columns) : null,
  };
}

function ownPath({ template }: PayloadRequest, path: string, { url, columns }: HttpOptions): string | Template {
  if (template === true) return pathTemplate(urlPath(path, url), columns);
  const { pathname, search } = new URL(path, url);
  return pathname + search;
}

function ownHeaders(request: PayloadRequest | undefined, columns: readonly string[]): Headers {
  if (request === undefined) return [];
  return request.headers.map(([name, value]) => [
    name,
    request.template === true ? givenTemplate(value, columns) : value,
  ]);
}

/** `first` before `others` of the same names. */
function over(others: Headers, first: Headers): Headers {
  const names = first.map(([name]) => name.toLowerCase());
  return [...others.filter(([name]) => !names.includes(name.toLowerCase())), ...first];
}

function bodyOf(
  { bytes, template, contentType }: Payload & { readonly kind: 'bytes' },
  columns: readonly string[],
): RequestTemplate['body'] {
  if (template !== true) return bytes;
  const parsed = parseTemplate(Buffer.from(bytes).toString('latin1'), columns);
  return { ...parsed, encodings: bodyEncodings(parsed, contentType) };
}
