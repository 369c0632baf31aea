import { UserError } from '../../errors.js';
import { checkGivenHeader, checkMethod } from '../../http-syntax.js';
import { parseStrictTemplate } from '../../text/template.js';
import type { NamedColumns, OptionInfo, RawOptions } from '../backend.js';
import { basicAuth } from './basic-auth.js';
import { checkHttp2Headers } from './check-http2-headers.js';
import type { ConnectOptions } from './connect-options.js';
import { type ExpectRule, parseExpect } from './expect-rule.js';
import { CONNECT_OPTIONS, CONNECT_READERS, connectOf } from './parse-connect.js';
import { type PemFiles, pemFilesOf } from './trust-options.js';
import { httpUrl, oneOf, parseOptions, wholeNumberWithin, yesOrNo } from '../shared/parse-options.js';
import type { HeaderField } from './http-request.js';
import { randomUuidKey, type UuidKey } from './request-uuid.js';
import { pathTemplate, urlPath } from './url-path.js';
import { listOf, parseConnections, USUAL_OPTIONS } from './usual-options.js';

/** Plain data: crosses to the worker threads. */
export interface HttpOptions {
  /** Without user info and fragment. */
  readonly url: string;
  /** Its path and query, percent-encoded, with placeholders and escapes in braces. */
  readonly path: string;
  /** Null: POST where there are payloads, else GET. */
  readonly method: string | null;
  /** The user's, with placeholders in their values, then the one made of the URL's user info. */
  readonly headers: readonly HeaderField[];
  /** Of the run, for `{uuid}`. */
  readonly uuidKey: UuidKey;
  /** Names of the trace's columns, which may stand in braces too. */
  readonly columns: readonly string[];
  readonly expect: ExpectRule;
  /** Over all workers; null: as many as it takes. */
  readonly connections: number | null;
  readonly connect: ConnectOptions;
  /** PEM files that set-up reads into `connect`. */
  readonly pemFiles: PemFiles;
  readonly client: 'lean' | 'undici';
  /** `prior-knowledge`: nothing but HTTP/2, and without TLS no agreement on it. */
  readonly http2: Http2Use;
  /** Requests go through this proxy; null: the one of the environment with client=undici, else none. May hold a password. */
  readonly proxy: string | null;
  readonly bodyLimitBytes: number;
  /** Null: the wire decides. */
  readonly idleMs: number | null;
  /** A connection carries at most N requests, and none later than this after it was established; null: no limit. */
  readonly requestsPerConnection: number | null;
  readonly maxConnectionAgeMs: number | null;
}

/** `agreed`: where the service agrees to it in TLS, else HTTP/1.1. */
export type Http2Use = 'no' | 'agreed' | 'prior-knowledge';

/** For people, and for the environment. */
export const HTTP_OPTIONS: readonly OptionInfo[] = [
  { name: 'url', value: 'URL', summary: 'the service', required: true },
  { name: 'method', value: 'METHOD', summary: 'POST where there are payloads, else GET, unless given' },
  {
    name: 'header',
    value: '"NAME: VALUE"',
    summary: '{seq}, {run}, {uuid} and {COLUMN} of the trace are filled in; repeatable',
  },
  ...USUAL_OPTIONS,
  ...CONNECT_OPTIONS,
  { name: 'client', value: 'lean|undici', summary: 'undici: for proxies, and as a second opinion on HTTP/1.1' },
  {
    name: 'http2',
    value: 'true|false|prior-knowledge',
    summary: 'true: where the service agrees; prior-knowledge: always, also without TLS',
  },
  {
    name: 'proxy',
    value: 'URL',
    summary: 'requests go through it, else the environment’s (client=undici)',
  },
  { name: 'body-limit', value: 'BYTES', summary: 'an answer above it is no answer (default 64 MiB)' },
];

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

/** Throws `UserError`. */
export function parseHttpOptions(raw: RawOptions, { columns }: NamedColumns = { columns: [] }): HttpOptions {
  const { header, expect, resolve, ...single } = raw;
  const given = parseOptions('http', single, {
    url: (text) => ({ url: httpUrl(text), path: parsePath(text, columns) }),
    method: parseMethod,
    connections: parseConnections,
    client: oneOf('lean', 'undici'),
    http2: parseHttp2,
    proxy: parseProxy,
    'body-limit': wholeNumberWithin(1, 2 ** 31),
    ...CONNECT_READERS,
  });
  if (given.url === undefined) throw new UserError('backend http: give the service with --url http://host:port/path');
  const http2 = given.http2 ?? 'no';
  const { url, path } = given.url;
  const headers = headersOf(listOf(header), url, columns);
  checkHttp2(http2, given.client, url, headers);
  if (given.client === 'undici' || http2 !== 'no')
    for (const name of ['requests-per-connection', 'max-connection-age'] as const)
      if (given[name] !== undefined)
        throw new UserError(`backend http: --set ${name}= is for the lean client over HTTP/1.1; leave it out`);
  if (given.proxy !== undefined && (given['unix-socket'] !== undefined || resolve !== undefined))
    throw new UserError('backend http: a proxy finds the service itself; leave out unix-socket and resolve');
  if (given.proxy !== undefined && given.client !== 'undici')
    throw new UserError(
      'backend http: --set proxy=URL needs --set client=undici (the lean client goes straight to the service)',
    );
  return {
    url: withoutUser(url),
    path,
    method: given.method ?? null,
    headers,
    uuidKey: randomUuidKey(),
    columns,
    expect: parseExpect(listOf(expect)),
    connections: given.connections ?? null,
    connect: connectOf(given, listOf(resolve), url),
    pemFiles: pemFilesOf(given),
    client: given.client ?? 'lean',
    http2,
    proxy: given.proxy ?? null,
    bodyLimitBytes: given['body-limit'] ?? BODY_LIMIT_BYTES,
    idleMs: given.idle ?? null,
    requestsPerConnection: given['requests-per-connection'] ?? null,
    maxConnectionAgeMs: given['max-connection-age'] ?? null,
  };
}

function parsePath(text: string, columns: readonly string[]): string {
  const path = urlPath(text);
  pathTemplate(path, columns);
  return path;
}

function parseProxy(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error('give a URL such as http://host:3128');
  return text;
}

function parseMethod(text: string): string {
  const method = text.toUpperCase();
  checkMethod(method);
  return method;
}

function parseHttp2(text: string): Http2Use {
  if (text === 'prior-knowledge') return text;
  try {
    return yesOrNo(text) ? 'agreed' : 'no';
  } catch {
    throw new Error('give true, false or prior-knowledge');
  }
}

function checkHttp2(http2: Http2Use, client: string | undefined, url: URL, headers: readonly HeaderField[]): void {
  if (http2 === 'no') return;
  if (client === 'undici')
    throw new UserError('backend http: client=undici speaks HTTP/1.1 only; for HTTP/2 leave out --set client=undici');
  if (http2 === 'agreed' && url.protocol !== 'https:')
    throw new UserError(
      'backend http: HTTP/2 is agreed on in TLS, so --http2 needs an https URL; for HTTP/2 without TLS use --set http2=prior-knowledge',
    );
  checkHttp2Headers(headers);
}

function withoutUser(url: URL): string {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  bare.hash = '';
  return bare.href;
}

function headersOf(texts: readonly string[], url: URL, columns: readonly string[]): readonly HeaderField[] {
  const headers = texts.map((text) => parseHeader(text, columns));
  const hasOwn = headers.some(([name]) => name.toLowerCase() === 'authorization');
  return hasOwn || url.username + url.password === '' ? headers : [...headers, ['authorization', basicAuth(url)]];
}

function parseHeader(text: string, columns: readonly string[]): HeaderField {
  const colon = text.indexOf(':');
  // Headers carry secrets: a message shows the name at most.
  if (colon < 1) throw new UserError('backend http: a header is given without a colon; give it as "Name: value"');
  const field: HeaderField = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  checkGivenHeader(field);
  parseStrictTemplate(field[1], `backend http: header ${field[0]}`, columns);
  return field;
}
