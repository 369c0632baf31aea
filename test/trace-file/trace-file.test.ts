import { Ajv2020 } from 'ajv/dist/2020.js';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeArrivals, readArrivals } from '#src/trace-file/arrival-store';
import { UserError } from '#src/errors';
import { presetRecipe, PRESET_NAMES } from '#src/generator/presets';
import { generate } from '#src/generator/generate';
import { readPayloadArgument } from '#src/trace-file/payloads';
import { readTrace, type ReadTraceOptions } from '#src/trace-file/read-trace';
import { writeTrace } from '#src/trace-file/write-trace';
import type { Trace } from '#src/trace';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-traces-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function* nothing(): AsyncIterable<Uint8Array> {}

function options(more: Partial<ReadTraceOptions> = {}): ReadTraceOptions {
  return { spoolDir: folder, stdin: nothing(), ...more };
}

function stored(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function times(trace: Trace): number[] {
  return [...readArrivals(trace.store)].flatMap(({ atMs }) => [...atMs]);
}

function indexes(trace: Trace): number[] {
  return [...readArrivals(trace.store)].flatMap(({ atMs, payload }) =>
    payload === undefined ? Array.from(atMs, () => 0) : [...payload],
  );
}

/** What is wrong with an input, as the user sees. */
async function complaint(path: string, more: Partial<ReadTraceOptions> = {}): Promise<string> {
  try {
    closeArrivals((await readTrace(path, options(more))).store);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UserError);
    return (thrown as UserError).message;
  }
  return 'accepted';
}

describe('what is written is read back', () => {
  const arrivals = fc
    .array(fc.integer({ min: 0, max: 2_000_000 }), { minLength: 1, maxLength: 300 })
    .map((all) => all.sort((a, b) => a - b).map((us) => us / 1000));
  it.each(['json', 'jsonl', 'csv', 'json.gz', 'jsonl.gz', 'csv.gz'])(
    'as .%s, in memory and spooled',
    async (extension) => {
      await fc.assert(
        fc.asyncProperty(arrivals, fc.boolean(), async (atMs, spooled) => {
          const path = join(folder, `round.${extension}`);
          await writeTrace({ name: 'round', durationMs: atMs.at(-1) ?? 0 }, [{ atMs: Float64Array.from(atMs) }], path);
          const trace = await readTrace(path, options(spooled ? { memoryLimit: 10 } : {}));
          expect(times(trace)).toEqual(atMs);
          expect(trace.count).toBe(atMs.length);
          expect(trace.durationMs).toBe(atMs.at(-1));
          closeArrivals(trace.store);
        }),
        { numRuns: 15 },
      );
      expect(readdirSync(folder).filter((name) => name.startsWith('.replay'))).toEqual([]);
    },
  );

  it('with the same hash wherever the arrivals lie', async () => {
    const path = stored(
      'hash.csv',
      `at_ms,payload\n${Array.from({ length: 9000 }, (_, i) => `${String(i / 4)},0`).join('\n')}`,
    );
    const [memory, spooled] = [await readTrace(path, options()), await readTrace(path, options({ memoryLimit: 100 }))];
    expect(memory.store.kind).toBe('memory');
    expect(spooled.store.kind).toBe('file');
    expect(spooled.sha256).toBe(memory.sha256);
    expect(times(spooled)).toEqual(times(memory));
    closeArrivals(spooled.store);
  });
});

it('reads every decimal as Number does, bit for bit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 }),
      async (values) => {
        const sorted = values.map((value) => Math.abs(value)).sort((a, b) => a - b);
        const texts = sorted.map((value) => String(value));
        const trace = await readTrace(
          stored('decimals.json', `{"format":1,"name":"d","durationMs":1e9,"atMs":[${texts.join(',')}]}`),
          options(),
        );
        expect(times(trace)).toEqual(texts.map(Number));
      },
    ),
    { numRuns: 60 },
  );
});

it.each(PRESET_NAMES)('remakes the shipped trace %s byte for byte', async (name) => {
  const recipe = presetRecipe(name);
  const { durationMs, chunks } = generate(recipe);
  const path = join(folder, `${name}.json`);
  const asChunks = (function* () {
    for (const atMs of chunks) yield { atMs };
  })();
  await writeTrace({ name, durationMs, recipe: { ...recipe } }, asChunks, path);
  expect(readFileSync(path).equals(readFileSync(new URL(`../../traces/${name}.json`, import.meta.url)))).toBe(true);
});

describe('bad input gets one line that says what to do', () => {
  const cases: [name: string, content: string | Uint8Array, tells: RegExp][] = [
    ['unsorted.json', '{"format":1,"name":"n","durationMs":9,"atMs":[1,3,2]}', /unsorted\.json.*atMs/],
    ['negative.json', '{"format":1,"name":"n","durationMs":9,"atMs":[-1]}', /atMs/],
    ['nan.json', '{"format":1,"name":"n","durationMs":9,"atMs":[NaN]}', /nan\.json/],
    ['string.json', '{"format":1,"name":"n","durationMs":9,"atMs":["1"]}', /atMs/],
    ['huge.json', '{"format":1,"name":"n","durationMs":9,"atMs":[1e999]}', /atMs/],
    ['noformat.json', '{"atMs":[1]}', /format/],
    ['future.json', '{"format":2,"atMs":[1]}', /newer version/],
    ['typo.json', '{"format":1,"name":"n","durationMs":9,"atMss":[1]}', /did you mean "atMs"/],
    ['proto.json', '{"format":1,"name":"n","durationMs":9,"__proto__":{},"atMs":[1]}', /__proto__/],
    ['twice.json', '{"format":1,"name":"n","durationMs":9,"atMs":[1],"atMs":[2]}', /atMs/],
    ['none.json', '{"format":1,"name":"n","durationMs":9,"atMs":[]}', /arrival/],
    ['cut.json', '{"format":1,"name":"n","durationMs":9,"atMs":[1,2', /cut\.json/],
    [
      'index.json',
      '{"format":1,"name":"n","durationMs":9,"payloads":[{"json":1}],"atMs":[1],"payload":[1]}',
      /payload/,
    ],
    [
      'count.json',
      '{"format":1,"name":"n","durationMs":9,"payloads":[{"json":1}],"atMs":[1,2],"payload":[0]}',
      /payload/,
    ],
    ['short.json', '{"format":1,"name":"n","durationMs":5,"atMs":[6]}', /durationMs/],
    ['empty.json', '', /empty/],
    ['empty.csv', '', /empty/],
    ['column.csv', 'time,x\n1,2\n', /--column/],
    ['row.csv', 'at_ms\n1\nx\n', /(row|line) 3/],
    ['back.csv', 'at_s\n2\n1\n', /(row|line) 3/],
    ['line.jsonl', '{"at_ms":1}\n{"at_ms":"2"}\n', /(row|line) 2/],
    [
      'cut.json.gz',
      gzipSync('{"format":1,"name":"n","durationMs":9,"atMs":[1,2,3]}').subarray(0, 25),
      /gzip|compressed/,
    ],
    ['garbage.json.gz', 'not gzip at all', /gzip|compressed/],
    ['what.txt', '1', /\.json/],
  ];
  it.each(cases)('%s', async (name, content, tells) => {
    const message = await complaint(stored(name, content));
    expect(message).toMatch(tells);
    expect(message).toContain(name);
    expect(message).not.toContain('\n');
  });

  it('a missing file, a folder, a FIFO', async () => {
    expect(await complaint(join(folder, 'missing.json'))).toMatch(/no such file/);
    mkdirSync(join(folder, 'folder.json'));
    expect(await complaint(join(folder, 'folder.json'))).not.toBe('accepted');
    execFileSync('mkfifo', [join(folder, 'pipe.bin')]);
    expect(
      await complaint(
        stored('pipe.json', '{"format":1,"name":"n","durationMs":9,"payloads":[{"file":"pipe.bin"}],"atMs":[1]}'),
      ),
    ).toMatch(/regular file/);
  });

  it('a decompression bomb', async () => {
    const bomb = gzipSync(
      Buffer.concat([Buffer.from('{"format":1,"name":"n","durationMs":9,"atMs":['), Buffer.alloc(100 << 20, ' ')]),
      { level: 9 },
    );
    expect(await complaint(stored('bomb.json.gz', bomb))).not.toBe('accepted');
    expect(
      await complaint(stored('big.json', `{"format":1,"name":"n","durationMs":1e6,"atMs":[${'1,'.repeat(5000)}1]}`), {
        maxBytes: 1000,
      }),
    ).not.toBe('accepted');
  });

  it('any bytes at all are a trace or a UserError', async () => {
    const pieces = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"format":1',
        '"atMs"',
        ':',
        ',',
        '1',
        '-1',
        '1e5',
        '"x"',
        'at_ms',
        '\n',
        '\u0000',
        '\\u0000',
        'null',
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          pieces.map((all) => Buffer.from(all.join(''))),
          fc.uint8Array({ maxLength: 200 }),
        ),
        fc.constantFrom('json', 'jsonl', 'csv', 'json.gz'),
        async (bytes, extension) => {
          await complaint(stored(`fuzz.${extension}`, bytes));
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('payloads', () => {
  it('are what the table says', async () => {
    writeFileSync(join(folder, 'cat.jpg'), 'JPEG');
    const table = [
      { json: { a: [1] } },
      { text: 'é' },
      { base64: 'AAEC' },
      { file: 'cat.jpg' },
      { tensor: { shape: [1, 2], dtype: 'float32', seed: 3 } },
    ];
    const trace = await readTrace(
      stored(
        'all.json',
        JSON.stringify({ format: 1, name: 'n', durationMs: 9, payloads: table, atMs: [1, 2], payload: [4, 0] }),
      ),
      options(),
    );
    expect(
      trace.payloads.map((payload) =>
        payload.kind === 'bytes'
          ? [payload.contentType, Buffer.from(payload.bytes).toString('latin1')]
          : payload.tensor,
      ),
    ).toEqual([
      ['application/json', '{"a":[1]}'],
      ['text/plain; charset=utf-8', Buffer.from('é').toString('latin1')],
      ['application/octet-stream', '\u0000\u0001\u0002'],
      ['image/jpeg', 'JPEG'],
      { shape: [1, 2], dtype: 'float32', seed: 3 },
    ]);
    expect(indexes(trace)).toEqual([4, 0]);
  });

  it('of JSON go out byte for byte as they are written', async () => {
    const written = [
      '12345678901234567890',
      '1.0',
      '-0e+2',
      '"\\u00e9 \\/ é , ] } \\" {\\"json\\": 1}"',
      '{"z": 1.50, "a"  :[1e400,\t{ "json" : [ ] } ], "10": null, "2": [[],[[ ]]] }',
      '[ ]',
      '{}',
    ];
    const entries = written
      .map((text, i) => (i % 2 === 0 ? `{"json":${text}}` : `{ "js\\u006fn" : ${text} }`))
      .join(' , ');
    const files = {
      'verbatim.json': `{"format":1,"name":"n","payloads":[ ${entries} ],"durationMs":9,"atMs":[1]}`,
      'verbatim.jsonl': `{"format":1,"name":"payloads","payloads":[${entries}]}\n{"at_ms":1}\n`,
    };
    for (const [name, text] of Object.entries(files)) {
      const { payloads } = await readTrace(stored(name, text), options());
      const sent = payloads.map((payload) => (payload.kind === 'bytes' ? Buffer.from(payload.bytes).toString() : ''));
      expect(sent, name).toEqual(written);
    }
  });

  it('never leave the folder of the trace', async () => {
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    symlinkSync('../secret.txt', join(inner, 'link.txt'));
    writeFileSync(join(inner, '.env'), 'secret');
    for (const file of ['../secret.txt', join(folder, 'secret.txt'), 'link.txt', '.env', 'x/../../secret.txt']) {
      const path = join(inner, 'trace.json');
      writeFileSync(path, JSON.stringify({ format: 1, name: 'n', durationMs: 9, payloads: [{ file }], atMs: [1] }));
      expect(await complaint(path)).toMatch(/payloads\[0\]/);
    }
  });

  it('of --payload are a file, a folder in order, or the lines of a .jsonl', () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    for (const name of ['b.json', 'a.json', '.hidden']) writeFileSync(join(many, name), `"${name}"`);
    const texts = (path: string): string[] =>
      readPayloadArgument(path).map((payload) =>
        payload.kind === 'bytes' ? Buffer.from(payload.bytes).toString() : '',
      );
    expect(texts(many)).toEqual(['"a.json"', '"b.json"']);
    expect(texts(stored('lines.jsonl', '{"a":1}\n{"a":2}\n'))).toEqual(['{"a":1}', '{"a":2}']);
    expect(() => readPayloadArgument(join(folder, 'missing'))).toThrow(UserError);
  });
});

it('the JSON Schema takes what is written and refuses what is not a trace', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../schemas/trace.schema.json', import.meta.url), 'utf8'),
  ) as object;
  const valid = new Ajv2020().compile(schema);
  for (const name of PRESET_NAMES)
    expect(valid(JSON.parse(readFileSync(new URL(`../../traces/${name}.json`, import.meta.url), 'utf8')))).toBe(true);
  for (const bad of [
    {},
    { format: 2, name: 'n', durationMs: 9, atMs: [1] },
    { format: 1, name: 'n', durationMs: 9, atMs: [] },
    { format: 1, name: 'n', durationMs: 9, atMs: [-1] },
    { format: 1, name: 'n', durationMs: 9, atMs: [1], extra: 1 },
    { format: 1, name: 'n', durationMs: 9, atMs: [1], payloads: [{ nope: 1 }] },
  ]) {
    expect(valid(bad)).toBe(false);
  }
});
