import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requestAt, type HttpRequest, type RequestTemplate } from '#src/backends/wire/http-request';
import { requestBytes } from '#src/backends/wire/request-bytes';
import { UserError } from '#src/errors';
import { parseTemplate } from '#src/text/template';

const BASE: HttpRequest = { method: 'POST', path: '/a?b=c', headers: [['host', 'x']], body: null };
const VALUES = { runId: '20261130-120000-t-http', uuidKey: [1, 2, 3, 4] } as const;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;

it('puts head and body into one buffer, the same one every time', () => {
  const bytes = requestBytes({ ...BASE, body: Buffer.from([0, 255, 13, 10]) });
  expect(Buffer.from(bytes(1)).toString('latin1')).toBe(
    'POST /a?b=c HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n\0\xff\r\n',
  );
  expect(bytes(2)).toBe(bytes(1));
});

const text = fc
  .array(fc.constantFrom('{seq}', '{run}', '{uuid}', '{{seq}}', 'a', '-', '"', '\\', ' \xe9'), { maxLength: 6 })
  .map((parts) => parseTemplate(parts.join('')));
const template: fc.Arbitrary<RequestTemplate> = fc.record({
  method: fc.constantFrom('POST', 'GET'),
  path: fc.constantFrom('{seq}', 'x?{uuid}', '{run}', '').map((end) => parseTemplate(`/p/${end}`)),
  headers: fc.array(fc.tuple(fc.constantFrom('x-a', 'x-b'), text), { maxLength: 3 }),
  body: fc.oneof(text, fc.uint8Array({ maxLength: 40 }), fc.constant(null)),
});

it('the bytes of HTTP/1.1 are those of the request with its values filled in, its length among them', () => {
  const seqs = fc.oneof(fc.nat(), fc.constantFrom(0, 9, 10, 99, 100, 4_294_967_295));
  fc.assert(
    fc.property(template, seqs, (given, seq) => {
      const request = requestAt(given, VALUES)(seq);
      const patched = requestBytes(given, VALUES)(seq);
      expect(Buffer.compare(patched, requestBytes(request)(0))).toBe(0);
      const length = /content-length: (\d+)\r\n/.exec(Buffer.from(patched).toString('latin1'))?.[1];
      if (request.body !== null) expect(Number(length)).toBe(request.body.length);
    }),
  );
});

it('the uuid is one for a request wherever it stands, and another for every other request and run', () => {
  const given = { ...BASE, path: parseTemplate('/{uuid}'), body: parseTemplate('{uuid}') };
  const at = requestAt(given, VALUES);
  const seen = new Set<string>();
  for (let seq = 0; seq < 5000; seq++) {
    const { path, body } = at(seq);
    expect(path).toBe(`/${Buffer.from(body ?? []).toString()}`);
    seen.add(path);
  }
  expect(seen.size).toBe(5000);
  expect(at(7).path).toMatch(UUID);
  const other = requestAt(given, { ...VALUES, uuidKey: [5, 6, 7, 8] });
  for (let seq = 0; seq < 1000; seq++) expect(seen.has(other(seq).path)).toBe(false);
});

it('never hands out bytes that a later request changes', () => {
  const bytes = requestBytes({ ...BASE, headers: [['x-seq', parseTemplate('{seq}')]] });
  const first = Buffer.from(bytes(1)).toString();
  const kept = bytes(1);
  bytes(2);
  expect(Buffer.from(kept).toString()).toBe(first);
});

it('whatever is accepted is one request line and one line a header', () => {
  const part = fc.string({ unit: fc.constantFrom('a', ' ', '\r', '\n', ':', '\0', '\t', 'é', '☃', '/', '%') });
  fc.assert(
    fc.property(part, part, part, (path, name, value) => {
      const lines = accepted({ method: 'GET', path, headers: [[name, value]], body: null })?.split('\r\n');
      if (lines === undefined) return;
      expect(lines.slice(2)).toEqual(['', '']);
      expect(lines.join('')).not.toMatch(/[\r\n\0]/);
    }),
    { numRuns: 2000 },
  );
});

it.each([
  ['a line end in a value', { headers: [['a', 'b\r\nx: y']] }],
  ['a lone line feed in a value', { headers: [['a', 'b\nx: y']] }],
  ['a line end in a name', { headers: [['a\r\nb', 'c']] }],
  ['a colon in a name', { headers: [['a:b', 'c']] }],
  ['an empty name', { headers: [['', 'c']] }],
  ['a value outside Latin-1', { headers: [['a', '☃']] }],
  ['a line end in the path', { path: '/a\r\nx: y' }],
  ['a space in the path', { path: '/a b' }],
  ['a path without a slash', { path: 'a' }],
  ['a space in the method', { method: 'GET /' }],
  ['a tunnel', { method: 'CONNECT' }],
] as [string, Partial<HttpRequest>][])('refuses %s', (_what, part) => {
  expect(() => requestBytes({ ...BASE, ...part })).toThrow(UserError);
});

function accepted(request: HttpRequest): string | undefined {
  try {
    return Buffer.from(requestBytes(request)(0)).toString('latin1');
  } catch {
    return undefined;
  }
}
