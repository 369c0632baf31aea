import { createHash, createHmac } from 'node:crypto';
import type { HeaderField } from '../wire/request-bytes.js';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What a signature is good for. */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
}

export interface UnsignedRequest {
  readonly method: string;
  /** As it goes on the wire, percent-encoded. */
  readonly path: string;
  /** Names and values before encoding. */
  readonly query: readonly QueryField[];
  /** `host` among them; no name twice. */
  readonly headers: readonly HeaderField[];
  /** Hex. */
  readonly bodySha256: string;
}

export type QueryField = readonly [name: string, value: string];

/** The fields to add to the request: date, session token, hash of the body, signature. */
export type Signer = (credentials: AwsCredentials, dateMs: number) => readonly HeaderField[];

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * AWS Signature Version 4 of one request, for any number of dates. What depends on the request alone is worked out here,
 * once; the key, which costs four HMACs, lasts for a day. All services but S3, whose paths have another form.
 */
export function createSigner(request: UnsignedRequest, { region, service }: SigningScope): Signer {
  const { method, path, query, headers, bodySha256 } = request;
  const start = `${method}\n${canonicalPath(path)}\n${canonicalQuery(query)}\n`;
  const signable = headers.filter(([name]) => isSignable(name)).map(canonicalField);
  return (credentials, dateMs) => {
    const date = dateText(dateMs);
    const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
    const added = addedFields(credentials, date, bodySha256);
    const fields = [...signable, ...added].sort(byName);
    const names = fields.map(([name]) => name).join(';');
    const lines = fields.map(([name, value]) => `${name}:${value}\n`).join('');
    const toSign = `${ALGORITHM}\n${date}\n${scope}\n${sha256(`${start}${lines}\n${names}\n${bodySha256}`)}`;
    const signature = createHmac('sha256', signingKey(credentials, scope)).update(toSign).digest('hex');
    const value = `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return [...added, ['authorization', value]];
  };
}

/** Hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** RFC 3986: all but the unreserved characters. */
export function encodeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A query as it goes on the wire: in its own order, and encoded in the one way that is signed. */
export function encodeQuery(query: readonly QueryField[]): string {
  return query.map(encodeField).join('&');
}

function addedFields({ sessionToken }: AwsCredentials, date: string, bodySha256: string): HeaderField[] {
  return [
    ['x-amz-date', date],
    ...(sessionToken === undefined ? [] : [['x-amz-security-token', sessionToken] as const]),
    ['x-amz-content-sha256', bodySha256],
  ];
}

/** `20261124T125945Z`. */
function dateText(dateMs: number): string {
  return `${new Date(dateMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Encoded once more (only S3 is signed as it stands), without empty and dot segments. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encodeUri(segment));
  }
  const tail = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${tail}`;
}

function canonicalQuery(query: readonly QueryField[]): string {
  return query
    .map(([name, value]): QueryField => [encodeUri(name), encodeUri(value)])
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function encodeField([name, value]: QueryField): string {
  return `${encodeUri(name)}=${encodeUri(value)}`;
}

/** What proxies may change or the client itself sets: the same list as the vendor's. */
const UNSIGNABLE =
  /^(authorization|cache-control|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|proxy-.*|sec-.*)$/;

function isSignable(name: string): boolean {
  return !UNSIGNABLE.test(name.toLowerCase());
}

function canonicalField([name, value]: HeaderField): HeaderField {
  return [name.toLowerCase(), value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')];
}

function byName(a: HeaderField, b: HeaderField): number {
  return compare(a[0], b[0]);
}

/** By code unit, as the canonical form asks; never by locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const keys = new WeakMap<AwsCredentials, { readonly scope: string; readonly key: Buffer }>();

/** The key of the last scope (a day, a region, a service) of these credentials. */
function signingKey(credentials: AwsCredentials, scope: string): Buffer {
  const known = keys.get(credentials);
  if (known?.scope === scope) return known.key;
  let key: Buffer = Buffer.from(`AWS4${credentials.secretAccessKey}`, 'utf8');
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  keys.set(credentials, { scope, key });
  return key;
}
