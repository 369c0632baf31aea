import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requestBytes, type RequestParts } from '#src/backends/shared/request-bytes';
import { UserError } from '#src/errors';

const BASE: RequestParts = { method: 'POST', target: '/a?b=c', headers: [['host', 'x']] };

it('puts head and body into one buffer, the same one every time', () => {
  const bytes = requestBytes({ ...BASE, body: Buffer.from([0, 255, 13, 10]) });
  expect(Buffer.from(bytes(1)).toString('latin1')).toBe('POST /a?b=c HTTP/1.1\r\nhost: x\r\n\r\n\0\xff\r\n');
  expect(bytes(2)).toBe(bytes(1));
});

it('equals the request serialised with the number in every place, for any number and number of places', () => {
  const value = fc
    .array(fc.constantFrom('{seq}', 'a', '-', '{', '}', ' é'), { maxLength: 6 })
    .map((parts) => parts.join(''));
  const names = fc.constantFrom('x-a', 'x-b');
  const headers = fc.array(fc.tuple(names, value), { maxLength: 4 });
  fc.assert(
    fc.property(headers, fc.nat(), fc.uint8Array({ maxLength: 40 }), (fields, seq, body) => {
      const filled = fields.map(([name, text]) => [name, text.replaceAll('{seq}', String(seq))] as const);
      const patched = requestBytes({ ...BASE, headers: fields, body })(seq);
      expect(Buffer.compare(patched, requestBytes({ ...BASE, headers: filled, body })(0))).toBe(0);
    }),
  );
});

it('never hands out bytes that a later request changes', () => {
  const bytes = requestBytes({ ...BASE, headers: [['x-seq', '{seq}']] });
  const first = Buffer.from(bytes(1)).toString();
  const kept = bytes(1);
  bytes(2);
  expect(Buffer.from(kept).toString()).toBe(first);
});

it('whatever is accepted is one request line and one line a header', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', '\r', '\n', ':', '\0', '\t', 'é', '☃', '/', '%') });
  fc.assert(
    fc.property(text, text, text, (target, name, value) => {
      const lines = accepted({ method: 'GET', target, headers: [[name, value]] })?.split('\r\n');
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
  ['a line end in the path', { target: '/a\r\nx: y' }],
  ['a space in the path', { target: '/a b' }],
  ['a path without a slash', { target: 'a' }],
  ['a space in the method', { method: 'GET /' }],
  ['a tunnel', { method: 'CONNECT' }],
] as [string, Partial<RequestParts>][])('refuses %s', (_what, part) => {
  expect(() => requestBytes({ ...BASE, ...part })).toThrow(UserError);
});

function accepted(parts: RequestParts): string | undefined {
  try {
    return Buffer.from(requestBytes(parts)(0)).toString('latin1');
  } catch {
    return undefined;
  }
}
