import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeArrivals, readArrivals } from '#src/trace-file/arrival-store';
import { UserError } from '#src/errors';
import { withJsonSources } from '#src/trace-file/json-sources';
import { readPayloadArgument, resolvePayloads } from '#src/trace-file/payloads';
import { readTrace, type ReadTraceOptions } from '#src/trace-file/read-trace';
import { writeTrace } from '#src/trace-file/write-trace';
import type { ArrivalChunk, Trace } from '#src/trace';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-laws-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Bytes as standard input brings them: cut every `size` bytes. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield await Promise.resolve(bytes.subarray(from, from + size));
}

/** A trace that was read, as plain values; nothing of it stays open. */
interface Facts {
  readonly name: string;
  readonly durationMs: number;
  readonly recipe: unknown;
  readonly payloads: number;
  readonly sha256: string;
  readonly times: readonly number[];
  readonly indexes: readonly number[];
}

function factsOf(trace: Trace): Facts {
  const chunks = [...readArrivals(trace.store)];
  const { name, durationMs, recipe, payloads, sha256 } = trace;
  closeArrivals(trace.store);
  const times = chunks.flatMap(({ atMs }) => [...atMs]);
  const indexes = chunks.flatMap(({ atMs, payload }) => (payload ? [...payload] : Array.from(atMs, () => 0)));
  return { name, durationMs, recipe, payloads: payloads.length, sha256, times, indexes };
}

async function read(text: string | Uint8Array, more: Partial<ReadTraceOptions> = {}, size = 1 << 16): Promise<Facts> {
  return factsOf(await readTrace('-', { spoolDir: folder, stdin: pieces(Buffer.from(text), size), ...more }));
}

async function readFrom(path: string, more: Partial<ReadTraceOptions> = {}): Promise<Facts> {
  return factsOf(await readTrace(path, { spoolDir: folder, stdin: pieces(Buffer.alloc(0), 1), ...more }));
}

/** The one line that a user sees; fails when the trace is accepted or the error is not the user's. */
async function complaint(reading: Promise<unknown>): Promise<string> {
  const thrown: unknown = await reading.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(UserError);
  const { message } = thrown as UserError;
  expect(message).not.toMatch(/[\u0000-\u001f]/u);
  return message;
}

function openFiles(): number | undefined {
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : undefined;
}

const TABLE = [{ json: { a: [1] } }, { text: 'é\n' }, { base64: 'AAEC' }];
const sorted = fc
  .array(fc.integer({ min: 0, max: 1e10 }), { minLength: 1, maxLength: 200 })
  .map((all) => all.sort((a, b) => a - b).map((us) => us / 1000));
const someTrace = fc.record({
  times: sorted,
  indexes: fc.array(fc.integer({ min: 0, max: TABLE.length - 1 }), { minLength: 200, maxLength: 200 }),
  name: fc.constantFrom('n', 'name "quoted" \\ é', '日本'),
  spareMs: fc.integer({ min: 0, max: 1e6 }),
  recipe: fc.constantFrom(undefined, { process: 'poisson', nested: { list: [1, null, 'x'] } }),
});
type SomeTrace = typeof someTrace extends fc.Arbitrary<infer T> ? T : never;

function chunksOf({ times, indexes }: SomeTrace, cut: number): ArrivalChunk[] {
  const chunks: ArrivalChunk[] = [];
  for (let from = 0; from < times.length; from += cut) {
    const atMs = Float64Array.from(times.slice(from, from + cut));
    chunks.push({ atMs, payload: Uint32Array.from(indexes.slice(from, from + atMs.length)) });
  }
  return chunks;
}

function written({ name, times, spareMs, recipe }: SomeTrace): Parameters<typeof writeTrace>[0] {
  const durationMs = Math.round(((times.at(-1) ?? 0) + spareMs) * 1000) / 1000;
  return { name, durationMs, payloads: TABLE, ...(recipe === undefined ? {} : { recipe }) };
}

async function streamed(trace: SomeTrace, format: 'json' | 'jsonl', gzip: boolean, cut: number): Promise<Buffer> {
  const stream = new PassThrough({ highWaterMark: 1 << 24 });
  await writeTrace(written(trace), chunksOf(trace, cut), { stream, format, gzip });
  expect(stream.writableEnded).toBe(false);
  stream.end();
  return Buffer.concat((await stream.toArray()) as Buffer[]);
}

describe('writing', () => {
  it('and reading give back every fact, whatever the format, the compression and the cut of the bytes', async () => {
    const ways = fc.tuple(
      fc.constantFrom('json' as const, 'jsonl' as const),
      fc.boolean(),
      fc.constantFrom(1, 3, 64, 1e6),
    );
    await fc.assert(
      fc.asyncProperty(someTrace, ways, fc.constantFrom(0, 1e6), async (trace, [format, gzip, cut], memoryLimit) => {
        const facts = await read(await streamed(trace, format, gzip, 50), { memoryLimit }, cut);
        const { name, durationMs, recipe } = written(trace);
        const indexes = trace.indexes.slice(0, trace.times.length);
        expect(facts).toMatchObject({ name, durationMs, recipe, payloads: TABLE.length, times: trace.times, indexes });
      }),
      { numRuns: 40 },
    );
  });

  it('makes the same bytes however the arrivals are dealt, to a file as to a stream', async () => {
    await fc.assert(
      fc.asyncProperty(someTrace, fc.integer({ min: 1, max: 200 }), fc.boolean(), async (trace, cut, gzip) => {
        const bytes = await streamed(trace, 'json', gzip, cut);
        const path = join(folder, gzip ? 'same.json.gz' : 'same.json');
        await writeTrace(written(trace), chunksOf(trace, 50), path);
        expect(readFileSync(path).equals(bytes)).toBe(true);
        if (gzip) expect([bytes.readUInt32LE(4), bytes[9]]).toEqual([0, 255]); // no date, no system
      }),
      { numRuns: 20 },
    );
  });

  it('gives text that the JSON Schema takes and JSON.parse reads alike', async () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../schemas/trace.schema.json', import.meta.url), 'utf8'),
    ) as object;
    const valid = new Ajv2020().compile(schema);
    await fc.assert(
      fc.asyncProperty(someTrace, async (trace) => {
        const parsed = JSON.parse((await streamed(trace, 'json', false, 33)).toString()) as { atMs: number[] };
        expect(valid(parsed), JSON.stringify(valid.errors)).toBe(true);
        expect(parsed.atMs).toEqual(trace.times);
      }),
      { numRuns: 20 },
    );
  });

  it('rounds to 1 us and keeps the order', async () => {
    const doubles = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(doubles, async (values) => {
        const atMs = Float64Array.from(values, Math.abs).sort();
        const path = join(folder, 'rounded.csv');
        await writeTrace({ name: 'n', durationMs: 1e9 }, [{ atMs }], path);
        const { times } = await readFrom(path);
        expect(times.every((time, i) => Math.abs(time - (atMs[i] ?? NaN)) <= 0.0005000001)).toBe(true);
        expect(readFileSync(path, 'utf8')).not.toMatch(/\.\d{4}|e/);
      }),
      { numRuns: 30 },
    );
  });

  it('leaves the old file and nothing else when it fails', async () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    const path = join(own, 'kept.json');
    writeFileSync(path, 'old');
    const failing = (function* (): Generator<ArrivalChunk> {
      yield { atMs: Float64Array.from([1]) };
      throw new Error('the generator broke');
    })();
    await expect(writeTrace({ name: 'n', durationMs: 9 }, failing, path)).rejects.toThrow('the generator broke');
    const none = writeTrace({ name: 'n', durationMs: 9 }, [], path);
    expect(await complaint(none)).toMatch(/no arrivals/);
    await expect(writeTrace({ name: 'n', durationMs: 9 }, [{ atMs: Float64Array.from([2, 1]) }], path)).rejects.toThrow(
      RangeError,
    );
    expect([readdirSync(own), readFileSync(path, 'utf8')]).toEqual([['kept.json'], 'old']);
  });

  it('goes through a link and replaces nothing that is no file', async () => {
    const one = [{ atMs: Float64Array.from([1]) }];
    symlinkSync('linked.json', join(folder, 'link.json'));
    writeFileSync(join(folder, 'linked.json'), 'old');
    await writeTrace({ name: 'n', durationMs: 9 }, one, join(folder, 'link.json'));
    expect(JSON.parse(readFileSync(join(folder, 'linked.json'), 'utf8'))).toMatchObject({ atMs: [1] });
    mkdirSync(join(folder, 'a-folder.json'));
    for (const path of ['a-folder.json', 'missing/x.json', 'x.txt'])
      await complaint(writeTrace({ name: 'n', durationMs: 9 }, one, join(folder, path)));
    await complaint(writeTrace({ name: 'n', durationMs: 9, payloads: TABLE }, one, join(folder, 'x.csv')));
  });

  it('waits for a slow stream, and reports that its reader went away or its disk is full', async () => {
    const many = Array.from({ length: 20 }, (_, k) => ({
      atMs: Float64Array.from({ length: 4096 }, (_unused, i) => k * 4096 + i),
    }));
    let most = 0;
    let bytes = 0;
    const slow = new Writable({
      highWaterMark: 1024,
      write(chunk: Buffer, _encoding, done) {
        most = Math.max(most, this.writableLength);
        bytes += chunk.length;
        setImmediate(done);
      },
    });
    await writeTrace({ name: 'n', durationMs: 1e5 }, many, { stream: slow, format: 'csv' });
    expect(bytes).toBeGreaterThan(300_000);
    expect(most).toBeLessThan(100_000);
    const gone = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', errno: -32, syscall: 'write' }));
      },
    });
    expect(await complaint(writeTrace({ name: 'n', durationMs: 1e5 }, many, { stream: gone, format: 'csv' }))).toMatch(
      /reader/,
    );
    if (!existsSync('/dev/full')) return;
    const full = createWriteStream('/dev/full');
    expect(await complaint(writeTrace({ name: 'n', durationMs: 1e5 }, many, { stream: full, format: 'json' }))).toMatch(
      /no space/,
    );
  });
});

describe('reading', () => {
  it('does not mind the order of the keys, nor where the arrivals lie', async () => {
    await fc.assert(
      fc.asyncProperty(
        someTrace,
        fc.constantFrom(0, 1e6),
        fc.infiniteStream(fc.nat()),
        async (trace, memoryLimit, keys) => {
          const { times } = trace;
          const parts = [
            '"format": 1',
            `"name": ${JSON.stringify(trace.name)}`,
            '"durationMs": 1e8',
            `"payloads": ${JSON.stringify(TABLE)}`,
            `"atMs": ${JSON.stringify(times)}`,
            `"payload": ${JSON.stringify(trace.indexes.slice(0, times.length), null, 1)}`,
          ];
          const straight = await read(`{${parts.join()}}`, { memoryLimit: 1e6 });
          const shuffled = parts.map((part) => ({ part, key: keys.next().value ?? 0 })).sort((a, b) => a.key - b.key);
          const other = await read(
            `\ufeff\n{ ${shuffled.map(({ part }) => part).join(' ,\r\n')} }\n`,
            { memoryLimit },
            17,
          );
          expect(other).toEqual(straight);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('joins long columns in either order', async () => {
    const count = 3 * 4096 + 5;
    const times = Array.from({ length: count }, (_, i) => i / 4);
    const indexes = times.map((_, i) => (i > 5000 ? i % 3 : 0));
    const head = `{"format":1,"name":"n","durationMs":1e5,"payloads":${JSON.stringify(TABLE)}`;
    const [atMs, payload] = [`"atMs":${JSON.stringify(times)}`, `"payload":${JSON.stringify(indexes)}`];
    const before = openFiles();
    for (const memoryLimit of [0, 4096, 1e6]) {
      for (const [first, second] of [
        [atMs, payload],
        [payload, atMs],
      ] as const) {
        const facts = await read(`${head},${first},${second}}`, { memoryLimit });
        expect(facts.times).toEqual(times);
        expect(facts.indexes).toEqual(indexes);
      }
      for (const short of [indexes.slice(1), [...indexes, 0], indexes.slice(0, 4096), []]) {
        const other = `"payload":${JSON.stringify(short)}`;
        for (const all of [`${atMs},${other}`, `${other},${atMs}`])
          expect(await complaint(read(`${head},${all}}`, { memoryLimit }))).toMatch(/as long as atMs/);
      }
    }
    expect(openFiles()).toBe(before);
  });

  it('takes lines of JSON alike, whether written plainly or not', async () => {
    const styles: ((at: number, payload: number) => string)[] = [
      (at, payload) => `{"at_ms":${String(at)},"payload":${String(payload)}}`,
      (at, payload) => ` { "at_ms" : ${String(at)} , "payload" : ${String(payload)} } \r`,
      (at, payload) => `{"payload":${String(payload)},"at_ms":${String(at)}}`,
      (at, payload) => `{"id":"a,\\"}{","at_ms":${String(at)},"more":{"at_ms":7},"payload":${String(payload)}}`,
      (at, payload) => `{"\\u0061t_ms":${String(at)},"payload":${String(payload)}}\n`,
    ];
    await fc.assert(
      fc.asyncProperty(
        someTrace,
        fc.array(fc.nat(4), { minLength: 200, maxLength: 200 }),
        fc.integer({ min: 1, max: 99 }),
        async (trace, choice, cut) => {
          const header = JSON.stringify({ format: 1, name: 'n', payloads: TABLE });
          const lines = (style: (i: number) => number): string =>
            [header, ...trace.times.map((at, i) => styles[style(i)]?.(at, trace.indexes[i] ?? 0))].join('\n');
          const mixed = await read(
            lines((i) => choice[i] ?? 0),
            {},
            cut,
          );
          expect(mixed).toEqual(await read(`${lines(() => 0)}\n`));
          expect(mixed.times).toEqual(trace.times);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes CSV alike, whatever quotes, line ends and other columns it has', async () => {
    const cell = fc.constantFrom('', 'x', '"a,b"', '"two\nlines"', '"say ""hi"""', ' "spaced" ', 'é');
    const cells = fc.array(cell, { minLength: 200, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(
        someTrace,
        cells,
        fc.boolean(),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 99 }),
        async (trace, other, quoted, eol, cut) => {
          const { times, indexes } = trace;
          const around = (text: string): string => (quoted ? `"${text}"` : ` ${text} `);
          const rows = times.map((at, i) =>
            [other[i] ?? '', around(String(at)), other[199 - i] ?? '', String(indexes[i])].join(),
          );
          const payloads = resolvePayloads(
            withJsonSources(TABLE, JSON.stringify(TABLE)),
            undefined,
            (text) => new UserError(text),
          );
          const facts = await read(
            `\ufeff"first, ""one""",at_ms,"at s",payload${eol}${rows.join(eol)}`,
            { payloads },
            cut,
          );
          const plain = await read(
            `payload,at_ms\n${times.map((at, i) => `${String(indexes[i])},${String(at)}\n`).join('')}`,
            { payloads },
          );
          expect(facts).toEqual(plain);
          expect(facts.times).toEqual(times);
          expect(facts.indexes).toEqual(indexes.slice(0, times.length));
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ['at_s\n1.1\n', {}, 1100],
    ['start_us\n1100\n', { column: 'start_us' }, 1.1],
    ['when\n1100\n', { column: 'when', unit: 'ns' as const }, 0.0011],
    ['{"at_s":1.1}\n', {}, 1100],
    ['{"when":1.1}', { column: 'when', unit: 's' as const }, 1100],
    ['{"format":1,"when":1.1}', { column: 'when', unit: 's' as const }, 1100],
  ])('%j is in ms once read', async (text, more, expected) => {
    expect((await read(text, more)).times).toEqual([expected]);
  });

  it('knows from its first bytes what standard input holds', async () => {
    const facts = { format: 1, name: 'n', durationMs: 9, atMs: [1] };
    for (const text of [
      JSON.stringify(facts),
      JSON.stringify(facts, null, 1),
      '{"at_ms":1}',
      '\n{"at_ms":1}\n{"at_ms":1}',
      'at_ms\n1',
      '{"format":1}\n{"at_ms":1}',
    ]) {
      for (const bytes of [
        Buffer.from(text),
        gzipSync(text),
        Buffer.concat([gzipSync(text.slice(0, 5)), gzipSync(text.slice(5))]),
      ]) {
        expect((await read(bytes, {}, 2)).times[0]).toBe(1);
      }
    }
  });
});

describe('bad input gets one line that names the place', () => {
  const head = '{"format":1,"name":"n","durationMs":9';
  it.each([
    ['second of two columns', 'at_ms,at_s\n1,1\n', /--column/],
    ['an unknown unit', 'when\n1\n', /--column/],
    ['a row too long', 'at_ms,x\n1,2\n1,2,3\n', /line 3: it has 3 fields/],
    ['a row too short', 'at_ms,x\n1\n', /line 2: it has 1 field,/],
    ['a column twice', 'at_ms,at_ms\n1,2\n', /twice/],
    ['a quote in a field', 'at_ms,x\n1,a"b"\n', /line 2: a double quote/],
    ['an open quote', 'at_ms\n"1\n2\n', /line 2: a double quote is never closed/],
    ['an index of CSV', 'at_ms,payload\n1,0\n2,-1\n', /line 3, payload/],
    ['an index without a table', 'at_ms,payload\n1,0\n2,5\n3,4\n', /line 3, payload: 5 is outside/],
    ['a line that is a list', '{"at_ms":1}\n[1]\n', /line 2: it is no object/],
    ['a line without a time', '{"at_ms":1}\n{"x":1}\n', /line 2: there is no at_ms/],
    ['a time twice in a line', '{"at_ms":1}\n{"at_ms":1,"at_ms":2}\n', /line 2: the key "at_ms" occurs twice/],
    ['a date instead of a time', 'at_ms\n1790000000000\n', /line 2, at_ms: .*subtract/],
    ['a late row', 'at_ms\n1\n\n2\n1\n', /line 5, at_ms: 1 ms is before 2 ms/],
    ['a header with an unknown key', '{"format":1,"nmae":"n"}\n{"at_ms":1}\n', /did you mean "name"/],
    ['a number of a later block', `${head},"atMs":[${'0,'.repeat(5000)}true]}`, /atMs\[5000\]: "true" is no number/],
    ['an earlier error of the same block', `${head},"atMs":[3,2,x]}`, /atMs\[1\]: 2 ms is before 3 ms/],
    ['an index that is no whole number', `${head},"payload":[0,1.5],"atMs":[1,2]}`, /payload\[1\]/],
    ['the first place of the highest index', `${head},"atMs":[1,2,3],"payload":[0,7,7]}`, /payload\[1\]: 7 is outside/],
    ['a missing comma', `${head},"atMs":[1 2]}`, /atMs\[1\]: a comma/],
    ['a comma too many', `${head},"atMs":[1,]}`, /atMs\[1\]: a number is missing/],
    ['times that are no list', `${head},"atMs":{"a":1}}`, /atMs: it is no list/],
    ['text behind the end', `${head},"atMs":[1]}{`, /behind the end/],
    ['a key twice inside', `${head},"recipe":{"a":1,"\\u0061":2},"atMs":[1]}`, /recipe: the key "a" occurs twice/],
    [
      'a key that reaches the prototype',
      `${head},"recipe":{"a":{"__proto__":1}},"atMs":[1]}`,
      /recipe: the key "__proto__"/,
    ],
    ['deep nesting', `${head},"recipe":${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)},"atMs":[1]}`, /nested deeper/],
    ['control characters', `${head},"\\u001b[31m\\n":1,"atMs":[1]}`, /is not known/],
    ['a file from standard input', `${head},"payloads":[{"file":"x"}],"atMs":[1]}`, /payloads\[0\].*standard input/],
    ['--column for one object', `${head},\n"atMs":[1]}`, /--column/, { column: 'x' }],
    ['too many arrivals', 'at_ms\n1\n2\n3\n', /more than 2 arrivals/, { maxArrivals: 2 }],
    ['too many times', `${head},"atMs":[1,2,3]}`, /more than 2 arrivals/, { maxArrivals: 2 }],
  ] as [string, string, RegExp, Partial<ReadTraceOptions>?][])('%s', async (_what, text, tells, more) => {
    expect(await complaint(read(text, more))).toMatch(tells);
  });

  it('not UTF-8, a line above 1 MiB, values above 64 MiB', async () => {
    expect(
      await complaint(read(Buffer.concat([Buffer.from('{"at_ms":1,"x":"'), Buffer.of(0xff), Buffer.from('"}')]))),
    ).toMatch(/UTF-8/);
    expect(await complaint(read(`at_ms,x\n1,${'y'.repeat(1 << 20)}\n`))).toMatch(/line 2: it is longer than 1 MiB/);
    const endless = (async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"format":1,"name":"');
      const piece = Buffer.alloc(1 << 20, 'x');
      for (;;) yield await Promise.resolve(piece);
    })();
    expect(await complaint(readTrace('-', { spoolDir: folder, stdin: endless }))).toMatch(/64 MiB/);
  });

  it('gzip cut off anywhere, or with a byte changed, never passes for the trace', async () => {
    const whole = gzipSync(`at_ms\n${Array.from({ length: 300 }, (_, i) => String(i * 1.5)).join('\n')}\n`);
    const { sha256 } = await read(whole);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          await complaint(read(whole.subarray(0, at)));
          const changed = Buffer.from(whole);
          changed[at] = (changed[at] ?? 0) ^ flip;
          const result = await read(changed).catch((error: unknown) => error);
          if (!(result instanceof UserError)) expect(result).toMatchObject({ sha256 }); // bytes of the gzip header that say nothing
        },
      ),
      { numRuns: 60 },
    );
  });
});

it('standard input is let go at the first error, even if its writer neither ends nor says more', async () => {
  for (const begin of [
    Buffer.from([0x1f, 0x8b, 1, 2, 3]),
    Buffer.from('at_ms\nx\n'),
    Buffer.from('{"format":1,\n"x":1'),
  ]) {
    const stdin = new PassThrough();
    stdin.write(begin);
    await complaint(readTrace('-', { spoolDir: folder, stdin }));
    expect(stdin.destroyed).toBe(true);
  }
});

it('a spoiled trace is a trace or a UserError, and nothing stays open', async () => {
  const seeds: [string, Buffer][] = [
    [
      'json',
      Buffer.from(
        `{"format":1,"name":"n","durationMs":9,"payloads":[{"text":"a"},{"json":{"b":[1]}}],"payload":[0,1,1],"atMs":[1,2.5,3e0]}`,
      ),
    ],
    [
      'jsonl',
      Buffer.from(
        '{"format":1,"durationMs":9,"payloads":[{"text":"a"},{"base64":"AA=="}]}\n{"at_ms":1}\n{"at_ms":2,"payload":1}\n',
      ),
    ],
    ['csv', Buffer.from('x,at_ms,payload\n"a,""b",1,0\nc,2,0\n')],
    ['json.gz', gzipSync('{"format":1,"name":"n","durationMs":9,"atMs":[1,2,3]}')],
  ];
  const edits = fc.array(
    fc.record({
      at: fc.nat(),
      remove: fc.nat(4),
      insert: fc.oneof(
        fc.constantFrom('"', '{', '}', '[', ']', ',', ':', '\n', '-', '0', '\\', '9e9'),
        fc.string({ maxLength: 3 }),
      ),
    }),
    { maxLength: 4 },
  );
  const before = openFiles();
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...seeds), edits, async ([extension, seed], changes) => {
      let bytes = seed;
      for (const { at, remove, insert } of changes) {
        const from = at % (bytes.length + 1);
        bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(insert), bytes.subarray(from + remove)]);
      }
      const path = join(folder, `spoiled.${extension}`);
      writeFileSync(path, bytes);
      for (const reading of [() => readFrom(path, { memoryLimit: 0 }), () => read(bytes, { memoryLimit: 1 }, 5)]) {
        const result = await reading().catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(UserError);
        else accepted++;
      }
    }),
    { numRuns: 300 },
  );
  expect(accepted).toBeGreaterThan(15);
  expect(openFiles()).toBe(before);
  expect(readdirSync(folder).filter((name) => name.startsWith('replay-arrivals'))).toEqual([]);
});

describe('payloads', () => {
  const table = (entry: unknown, within?: string): ReturnType<typeof resolvePayloads> =>
    resolvePayloads([entry], within, (text) => new UserError(text));

  it('base64 is taken exactly as it is written out', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.base64String(),
          fc.string({ maxLength: 9 }),
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
        ),
        (text) => {
          const canonical =
            /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/.test(text);
          let bytes: string | undefined;
          try {
            const [payload] = table({ base64: text });
            bytes = payload?.kind === 'bytes' ? Buffer.from(payload.bytes).toString('base64') : undefined;
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
          }
          expect(bytes).toBe(canonical ? text : undefined);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [{}],
    [null],
    [[1]],
    [{ text: 1 }],
    [{ text: 'a', json: 1 }],
    [{ text: 'a', contentType: 'text/html' }],
    [{ constructor: 1 }],
    [{ file: 'x.bin', contentType: 'a/b\r\nX: y' }],
    [{ file: 'x.bin', contentType: '' }],
    [{ file: 'a\u0000b' }],
    [{ file: '' }],
    [{ file: '.' }],
    [{ file: 'C:\\x' }],
    [{ file: 'missing' }],
    [{ tensor: { shape: [1e9], dtype: 'float32', seed: 1 } }],
    [{ tensor: { shape: [0], dtype: 'float32', seed: 1 } }],
    [{ tensor: { shape: [1.5], dtype: 'float32', seed: 1 } }],
    [{ tensor: { shape: [1], dtype: 'float16', seed: 1 } }],
    [{ tensor: { shape: [1], dtype: 'int8', seed: -1 } }],
    [{ tensor: { shape: [1], dtype: 'int8' } }],
    [{ tensor: { shape: [1], dtype: 'int8', seed: 1, sede: 1 } }],
  ])('%j is refused', (entry) => {
    writeFileSync(join(folder, 'x.bin'), 'x');
    expect(() => table(entry, folder)).toThrow(UserError);
  });

  it('a file may be reached by a link that stays inside, is read once, and is shared where it is large', () => {
    const inner = join(folder, 'linked');
    mkdirSync(join(inner, 'deep'), { recursive: true });
    writeFileSync(join(inner, 'deep', 'large.bin'), Buffer.alloc(1 << 20, 7));
    symlinkSync('deep/large.bin', join(inner, 'link.png'));
    const [one, two] = resolvePayloads(
      [{ file: 'link.png' }, { file: './deep/large.bin', contentType: 'a/b; c="d e"' }],
      inner,
      (text) => new UserError(text),
    );
    expect([one, two]).toMatchObject([{ contentType: 'image/png' }, { contentType: 'a/b; c="d e"' }]);
    if (one?.kind !== 'bytes' || two?.kind !== 'bytes') throw new Error('not bytes');
    expect(one.bytes.buffer).toBe(two.bytes.buffer);
    expect(one.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(Buffer.from(one.bytes).equals(Buffer.alloc(1 << 20, 7))).toBe(true);
  });

  it('no link to a folder leads out, and no link leads to a hidden file', () => {
    const inner = join(folder, 'fenced');
    mkdirSync(join(inner, '.git'), { recursive: true });
    mkdirSync(join(folder, 'fenced-not'));
    writeFileSync(join(folder, 'fenced-not', 'secret'), 'secret');
    writeFileSync(join(inner, '.git', 'config'), 'secret');
    symlinkSync('../fenced-not', join(inner, 'out'));
    symlinkSync('.git/config', join(inner, 'seen'));
    for (const file of ['out/secret', 'seen']) expect(() => table({ file }, inner)).toThrow(UserError);
    expect(() => table({ file: 'out' }, inner)).toThrow(UserError);
  });

  it('a FIFO, a device or a broken line of --payload is reported at once', () => {
    const own = join(folder, 'payloads');
    mkdirSync(own);
    execFileSync('mkfifo', [join(own, 'pipe')]);
    const lines = join(own, 'lines.jsonl');
    writeFileSync(lines, '{"a":1.0}\r\n\n{"a":\n');
    expect(() => readPayloadArgument(join(own, 'pipe'))).toThrow(/regular file/);
    expect(() => readPayloadArgument('/dev/zero')).toThrow(/regular file/);
    expect(() => readPayloadArgument(lines)).toThrow(/line 3/);
    expect(readPayloadArgument(own)).toHaveLength(1);
    rmSync(lines);
    expect(() => readPayloadArgument(own)).toThrow(/no file/);
  });
});

it('its own gzip is gzip', async () => {
  const path = join(folder, 'own.csv.gz');
  await writeTrace({ name: 'n', durationMs: 9 }, [{ atMs: Float64Array.from([1, 2]) }], path);
  expect(gunzipSync(readFileSync(path)).toString()).toBe('at_ms\n1\n2\n');
});
