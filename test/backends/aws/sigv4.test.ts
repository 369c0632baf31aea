import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSignedRequests } from '#src/backends/aws/signed-requests';
import { createSigner, encodeQuery, encodeUri, sha256 } from '#src/backends/aws/sigv4';
import { aws4, type Credentials } from '../../support/fake-aws.js';

/** What the vendor's signer hashes with. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', Buffer.from(secret as Uint8Array));
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {
    throw new Error('not used');
  }
}

interface Case {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
  readonly dateMs: number;
}

const anyText = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => text.isWellFormed());
const segment = fc
  .oneof(anyText, fc.constantFrom('arn:aws:lambda:us-east-1:1:function:f', 'a b', "!'()*", '%25', 'ü/é', '$LATEST'))
  .filter((text) => text !== '' && text !== '.' && text !== '..');
const path = fc
  .array(segment, { maxLength: 4 })
  .map((segments) => `/${segments.map((one) => encodeUri(one)).join('/')}`);
const headerName = fc.stringMatching(/^x-[a-z][a-z0-9-]{0,20}$/);
const headerValue = fc.stringMatching(/^[!-~](?:[ -~]{0,30}[!-~])?$/);
const credentials = fc.record(
  {
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,24}$/),
    secretAccessKey: fc.stringMatching(/^[A-Za-z0-9/+=]{20,60}$/),
    sessionToken: fc.stringMatching(/^[A-Za-z0-9/+=]{1,400}$/),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
);
const cases: fc.Arbitrary<Case> = fc.record({
  method: fc.constantFrom('POST', 'GET', 'PUT'),
  path,
  query: fc.array(
    fc.tuple(
      anyText.filter((name) => name !== '' && name !== '__proto__'),
      anyText,
    ),
    { maxLength: 5 },
  ),
  headers: fc.uniqueArray(fc.tuple(headerName, headerValue), { maxLength: 5, selector: ([name]) => name }),
  body: fc.uint8Array({ maxLength: 300 }),
  credentials,
  region: fc.constantFrom('us-east-1', 'eu-west-3', 'cn-north-1', 'us-gov-west-1', 'ap-southeast-4'),
  service: fc.constantFrom('lambda', 'sagemaker'),
  dateMs: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) }),
});

const HOST = 'service.example.com:8443';

function allHeaders({ headers, body }: Case): [string, string][] {
  const usual: [string, string][] = [
    ['host', HOST],
    ['user-agent', 'replay'],
    ['content-type', 'application/json'],
    ['content-length', String(body.length)],
  ];
  return [...usual, ...headers.map(([name, value]): [string, string] => [name, value])];
}

function ours(one: Case): Record<string, string> {
  const { method, path, query, body, region, service } = one;
  const headers = allHeaders(one);
  const sign = createSigner({ method, path, query, headers, bodySha256: sha256(body) }, { region, service });
  return Object.fromEntries([...headers, ...sign(one.credentials, one.dateMs)]);
}

async function theirs(one: Case): Promise<Record<string, string>> {
  const { region, service, credentials, method, path, body } = one;
  const signer = new SignatureV4({ region, service, credentials, sha256: Sha256 });
  const [hostname, port] = HOST.split(':');
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of one.query)
    query[name] = Object.hasOwn(query, name) ? [query[name] ?? '', value].flat() : value;
  const request = { method, protocol: 'https:', hostname: hostname ?? '', port: Number(port), path, query, body };
  const signed = await signer.sign(
    { ...request, headers: Object.fromEntries(allHeaders(one)) },
    { signingDate: new Date(one.dateMs) },
  );
  return signed.headers;
}

function byAws4(one: Case): Record<string, string> {
  const { method, path, query, body, region, service, credentials, dateMs } = one;
  const target = query.length === 0 ? path : `${path}?${encodeQuery(query)}`;
  const date = new Date(dateMs).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const headers = {
    ...Object.fromEntries(allHeaders(one)),
    'x-amz-date': date,
    'x-amz-content-sha256': sha256(body),
  };
  const { Authorization = '', ...rest } = aws4.sign(
    { method, host: HOST, path: target, service, region, headers, body },
    credentials,
  ).headers;
  const entries = Object.entries({ ...rest, authorization: Authorization });
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

describe('signatures', () => {
  it('are those of the vendor and of aws4, header for header', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const signed = ours(one);
        expect(signed).toEqual(await theirs(one));
        expect(signed).toEqual(byAws4(one));
      }),
      { numRuns: 400 },
    );
  });

  it.each([0, 1, 65_536, 6 * 1024 * 1024])('hold for a body of %i bytes', async (length) => {
    const [one] = fc.sample(cases, { numRuns: 1, seed: length });
    const body = new Uint8Array(length).map((_, i) => i);
    const big = { ...(one as Case), body };
    expect(ours(big)).toEqual(await theirs(big));
    expect(ours(big)).toEqual(byAws4(big));
  });

  it('treat what proxies change, and spaces in values, as the vendor does', async () => {
    const [one] = fc.sample(cases, { numRuns: 1, seed: 7 });
    const headers: [string, string][] = [
      ['x-spaces', 'a   b \t c'],
      ['X-Mixed-Case', 'Yes'],
      ['x-amzn-trace-id', 'Root=1'],
      ['cache-control', 'no-cache'],
      ['sec-x', '1'],
      ['proxy-x', '1'],
      ['te', 'trailers'],
    ];
    const odd = { ...(one as Case), headers, path: '/a//b/./c/../d/', query: [] };
    expect(ours(odd)).toEqual(await theirs(odd));
  });

  it('sort repeated names of a query by value, and leave the query itself in order', async () => {
    const [one] = fc.sample(cases, { numRuns: 1, seed: 9 });
    const query: [string, string][] = [
      ['b', '2'],
      ['b', '10'],
      ['a~', ' +/'],
      ['B', ''],
    ];
    const repeated = { ...(one as Case), query };
    expect(ours(repeated)).toEqual(await theirs(repeated));
    expect(ours(repeated)).toEqual(byAws4(repeated));
    expect(encodeQuery(query)).toBe('b=2&b=10&a~=%20%2B%2F&B=');
  });
});

describe('signed requests', () => {
  const request = { method: 'POST', path: '/a', query: [], headers: [['host', 'h']] as const, body: Buffer.from('x') };
  const scope = { region: 'us-east-1', service: 'lambda' };
  const first: Credentials = { accessKeyId: 'FIRST', secretAccessKey: 's' };

  it('are made once a second and payload, and again for new credentials', () => {
    let nowMs = 1_000_000;
    let current = first;
    const requests = createSignedRequests([request, request], { scope, credentials: () => current }, () => nowMs);
    const made = requests.of(0)(0);
    nowMs += 999;
    expect(requests.of(0)(0)).toBe(made);
    expect(requests.of(1)(0)).not.toBe(made);
    nowMs += 1;
    const next = requests.of(0)(0);
    expect(next).not.toBe(made);
    expect(text(made)).toContain('x-amz-date: 19700101T001640Z');
    expect(text(next)).toContain('x-amz-date: 19700101T001641Z');
    current = { accessKeyId: 'SECOND', secretAccessKey: 's', sessionToken: 't' };
    const renewed = text(requests.of(0)(0));
    expect(renewed).toContain('Credential=SECOND/');
    expect(renewed).toContain('x-amz-security-token: t');
    expect(renewed).toMatch(/\r\ncontent-length: 1\r\n[^]*\r\n\r\nx$/);
  });

  it('carry no signature where none is asked for', () => {
    const requests = createSignedRequests([request], null);
    expect(text(requests.of(0)(0))).toBe('POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\n\r\nx');
    expect(requests.of(0)(0)).toBe(requests.of(0)(0));
  });
});

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
