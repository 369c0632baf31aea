import { contentLength, type HttpRequest } from '../wire/http-request.js';

/** Pseudo-header fields first. A name that is given several times has all its values. */
export type Http2Fields = Record<string, string | string[]>;

/** The head of a request in HTTP/2 (RFC 9113, section 8.3), whose authority is the `Host` of HTTP/1.1. */
export function http2Fields(request: HttpRequest, scheme: 'http' | 'https'): Http2Fields {
  const fields: Http2Fields = { ':method': request.method, ':scheme': scheme, ':path': request.path };
  for (const [name, value] of request.headers) {
    const lower = name.toLowerCase();
    const key = lower === 'host' ? ':authority' : lower;
    const before = fields[key];
    fields[key] = before === undefined ? value : [before, value].flat();
  }
  const length = contentLength(request);
  if (length !== null) fields['content-length'] ??= String(length);
  return fields;
}
