import { UserError } from '../../errors.js';
import type { HeaderField } from './http-request.js';

/** Fields of one connection, which HTTP/2 has no use for (RFC 9113, section 8.2.2). */
const OF_CONNECTIONS = ['proxy-connection', 'http2-settings'];

/** Fields of one value, which Node's client refuses to send twice. */
const SINGLE = [
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
];

/** Throws `UserError` for header fields of the user that cannot go over HTTP/2. */
export function checkHttp2Headers(headers: readonly HeaderField[]): void {
  const seen = new Set<string>();
  for (const [name] of headers) {
    const lower = name.toLowerCase();
    if (OF_CONNECTIONS.includes(lower))
      throw new UserError(`backend http: HTTP/2 has no header ${name}; leave it out, or leave out HTTP/2`);
    if (SINGLE.includes(lower) && seen.has(lower))
      throw new UserError(`backend http: header ${name} is given twice, and HTTP/2 takes it once; give it once`);
    seen.add(lower);
  }
}
