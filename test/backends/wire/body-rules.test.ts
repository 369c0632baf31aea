import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BodyReader } from '#src/backends/wire/body-reader';
import { JSON_BYTES } from '#src/backends/wire/body-rules';
import { parseExpect } from '#src/backends/wire/expect-rule';
import { openBodyRules } from '#src/backends/wire/open-body-rules';
import { UserError } from '#src/errors';

const ENCODINGS: Readonly<Record<string, readonly [name: string, encode: (body: Buffer) => Buffer]>> = {
  none: ['', (body) => body],
  identity: ['identity', (body) => body],
  gzip: ['GZIP', (body) => gzipSync(body)],
  'gzip in members': ['x-gzip', (body) => Buffer.concat([gzipSync(body.subarray(0, 5)), gzipSync(body.subarray(5))])],
  deflate: ['deflate', (body) => deflateSync(body)],
  'deflate without a header': ['deflate', (body) => deflateRawSync(body)],
  brotli: ['br', (body) => brotliCompressSync(body)],
};

/** What the rules say of a body that comes in pieces of these lengths, again and again; each piece is overwritten after it was read. */
async function judged(
  rules: readonly string[],
  body: Buffer,
  lengths: readonly number[],
  encoding = '',
  limit?: number,
) {
  const reader = (await openBodyRules(parseExpect(rules), limit))?.(200, { 'content-encoding': encoding });
  if (reader === undefined) throw new Error('no reader');
  return read(reader, body, lengths);
}

function read(reader: BodyReader, body: Buffer, lengths: readonly number[]): string | null {
  const memory = Buffer.alloc(Math.max(...lengths) + 3);
  for (let at = 0, i = 0; at < body.length; i++) {
    const piece = body.subarray(at, at + (lengths[i % lengths.length] as number));
    memory.fill(0).set(piece, 3);
    reader.take(memory, 3, 3 + piece.length);
    memory.fill(120);
    at += piece.length;
  }
  return reader.end();
}

describe.each(Object.entries(ENCODINGS))('a body with the encoding %s', (_what, [encoding, encode]) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '"'), maxLength: 300 });
  const needle = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '"'), minLength: 1, maxLength: 5 });
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });

  it('is judged alike in whatever pieces it comes', async () => {
    const pieces = fc.tuple(text, needle, needle, fc.boolean(), lengths);
    await fc.assert(
      fc.asyncProperty(pieces, async ([body, held, lacked, notEmpty, cuts]) => {
        const rules = [`body~${held}`, `body!~${lacked}`, ...(notEmpty ? ['body'] : [])];
        const holds = body.includes(held) && !body.includes(lacked) && !(notEmpty && body === '');
        const trouble = await judged(rules, encode(Buffer.from(body)), cuts, encoding);
        expect(trouble === null, String(trouble)).toBe(holds);
      }),
      { numRuns: 300 },
    );
  });

  it('is read as JSON in whatever pieces it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.json(), lengths, async (value, other, cuts) => {
        fc.pre(!/\d{16}|e\+/i.test(value + other));
        const body = encode(Buffer.from(`{"a":{"b":[${value}]}}`));
        expect(await judged([`json:$.a.b[0]=${value}`, 'json:.a'], body, cuts, encoding)).toBeNull();
        const equal = JSON.stringify(JSON.parse(value)) === JSON.stringify(JSON.parse(other));
        if (!equal && !/-0|[eE{]/.test(value + other))
          expect(await judged([`json:.a.b[0]=${other}`], body, cuts, encoding)).toMatch(/^the body breaks json:/);
      }),
      { numRuns: 100 },
    );
  });
});

describe.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('with Content-Encoding %s', (encoding, encode) => {
  it('what is cut short is no success', async () => {
    const whole = encode(Buffer.from(Array.from({ length: 2000 }, (_, i) => String(i * i)).join()));
    expect(await judged(['body!~never'], whole, [100], encoding)).toBeNull();
    expect(await judged(['body!~never'], whole.subarray(0, -10), [100], encoding)).toMatch(/^it is no valid /);
  });

  it('what is not compressed although it says so is named', async () => {
    expect(await judged(['body~plain'], Buffer.from('xxplain text, plain text'), [5], encoding)).toMatch(
      /^it is no valid /,
    );
  });

  it('a body that decompresses to more than the limit is refused, in little memory', async () => {
    const bomb = encode(Buffer.alloc(16 << 20));
    const before = process.memoryUsage().arrayBuffers;
    expect(await judged(['body~x'], bomb, [65_536], encoding, 4 << 20)).toBe(
      'the body decompresses to more than 4194304 bytes',
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
  });
});

it('an encoding that is not known is named', async () => {
  expect(await judged(['body~x'], Buffer.from('x'), [1], 'compress')).toMatch(
    /^its Content-Encoding compress cannot be undone/,
  );
  expect(await judged(['body~x'], Buffer.from('x'), [1], 'gzip, br')).toMatch(
    /^its Content-Encoding gzip, br cannot be undone/,
  );
});

it('JSON is read up to a limit, and a longer body is a failure that says so', async () => {
  const json = (length: number): Buffer => Buffer.from(`{"a":"${'x'.repeat(length - 8)}"}`);
  expect(await judged(['json:.a'], json(JSON_BYTES), [65_536])).toBeNull();
  expect(await judged(['json:.a'], json(JSON_BYTES + 1), [65_536])).toMatch(/^the body is longer than 1048576 bytes/);
  expect(await judged(['json:.a'], gzipSync(json(JSON_BYTES + 1)), [65_536], 'gzip')).toMatch(
    /^the body is longer than/,
  );
});

it('a text in a body of any size takes no memory for the body', async () => {
  const reader = (await openBodyRules(parseExpect(['body~END', 'body!~never'])))?.(200, {});
  const piece = Buffer.alloc(1 << 20, 'x');
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 200; i++) reader?.take(piece, 0, piece.length);
  reader?.take(Buffer.from('END'), 0, 3);
  expect(reader?.end()).toBeNull();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
});

it.each([
  [['200'], [200, 200]],
  [['status=201'], [201, 201]],
  [
    ['status:200-299', 'status:204-399'],
    [204, 299],
  ],
  [['200-204'], [200, 204]],
  [['body'], [200, 299]],
])('%j expects a status within %j', (rules, [least, most]) => {
  expect(parseExpect(rules)).toMatchObject({ leastStatus: least, mostStatus: most });
});

it.each([
  '',
  'ok',
  '20',
  '600',
  'status',
  'status:',
  'status~200',
  'body~',
  'body!~',
  'body!',
  'body=x',
  'json',
  'json:',
  'json:.',
  'json:=1',
  'json:.a..b',
  'json:.a[',
  'json:["\\x"]',
  'header~x',
])('%j is no rule, and the error lists the forms', (rule) => {
  expect(() => parseExpect([rule])).toThrow(UserError);
  expect(() => parseExpect([rule])).toThrow(
    /is no rule; give one of 200, status=200, .*body!~TEXT, json:\.FIELD=VALUE/,
  );
});

it.each([
  ['json:.status=ok', '{"status":"ok"}', null],
  ['json:status=ok', '{"status":"ok"}', null],
  ['json:$.a.b=1', '{"a":{"b":1.0}}', null],
  ['json:$.a.b=1', '{"a":{"b":"1"}}', 'the body breaks json:$.a.b=1: there is "1"'],
  ['json:.a="1"', '{"a":"1"}', null],
  ['json:.a=true', '{"a":true}', null],
  ['json:.a=null', '{"a":null}', null],
  ['json:.a', '{"a":null}', null],
  ['json:.a=', '{"a":""}', null],
  ['json:.a=b=c', '{"a":"b=c"}', null],
  ['json:["a.b=c"]=1', '{"a.b=c":1}', null],
  ['json:[1].x=2', '[0,{"x":2}]', null],
  ['json:$=3', '3', null],
  ['json:.a={"b":[1,2]}', '{"a":{"b":[1, 2]}}', null],
  ['json:.a.b=1', '{"a":1}', 'the JSON of the body has no .a.b'],
  ['json:.a=1', '', 'the body is empty, not JSON'],
  ['json:.a=1', 'a', 'the body is not JSON'],
  ['json:.toString', '{}', 'the JSON of the body has no .toString'],
])('%s of %s', async (rule, body, trouble) => {
  expect(await judged([rule], Buffer.from(body), [3])).toBe(trouble);
});

it('a number that JSON does not hold exactly is not compared', () => {
  expect(() => parseExpect(['json:.id=9007199254740993'])).toThrow(UserError);
});
