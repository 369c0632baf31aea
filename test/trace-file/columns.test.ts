import { Ajv2020 } from 'ajv/dist/2020.js';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUserError, messageOf } from '#src/errors';
import { closeArrivals } from '#src/trace-file/arrival-store';
import { packValues } from '#src/trace-file/column-block';
import { ColumnReader, columnNamed, readRows, valueAt } from '#src/trace-file/read-rows';
import { readTrace, type ReadTraceOptions } from '#src/trace-file/read-trace';
import { rowsWriter } from '#src/trace-file/rows-writer';
import { writeTrace } from '#src/trace-file/write-trace';
import type { ArrivalStore, ColumnSpec, ColumnType, ColumnValue, Trace } from '#src/trace';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-columns-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield await Promise.resolve(bytes.subarray(from, from + size));
}

type Value = ColumnValue | undefined;
type Table = Readonly<Record<string, readonly Value[]>>;

/** The columns as plain values, and how many arrivals have none. */
function tableOf(store: ArrivalStore): { readonly table: Table; readonly types: Readonly<Record<string, ColumnType>> } {
  const columns = store.columns?.columns ?? [];
  const table: Record<string, Value[]> = {};
  const types: Record<string, ColumnType> = {};
  for (const { name, type } of columns) [table[name], types[name]] = [[], type];
  for (const chunk of readRows(store))
    for (const [i, { name }] of columns.entries()) {
      const values = chunk.columns?.[i];
      if (values === undefined) throw new Error('a column is missing');
      for (let row = 0; row < chunk.atMs.length; row++) table[name]?.push(valueAt(values, row));
    }
  for (const { name, absent } of columns)
    expect(table[name]?.filter((value) => value === undefined)).toHaveLength(absent);
  return { table, types };
}

async function read(text: string | Uint8Array, more: Partial<ReadTraceOptions> = {}, size = 1 << 16): Promise<Trace> {
  return readTrace('-', { spoolDir: folder, stdin: pieces(Buffer.from(text), size), ...more });
}

async function tableIn(
  text: string,
  more: Partial<ReadTraceOptions> = {},
  size?: number,
): Promise<ReturnType<typeof tableOf>> {
  const { store } = await read(text, more, size);
  try {
    return tableOf(store);
  } finally {
    closeArrivals(store);
  }
}

async function complaint(text: string): Promise<string> {
  try {
    closeArrivals((await read(text, {}, 3)).store);
  } catch (thrown) {
    if (isUserError(thrown)) return messageOf(thrown);
    throw thrown;
  }
  return 'accepted';
}

const VALUES: Readonly<Record<ColumnType, fc.Arbitrary<Value>>> = {
  number: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.nat(9),
  ),
  text: fc.oneof(
    fc.string({ maxLength: 8 }).map((text) => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/gu, '')),
    fc.constantFrom(
      '',
      ' ',
      'a,b',
      '"',
      'true',
      '1',
      '007',
      '1.50',
      'NaN',
      '[1,2]',
      'line\nline',
      '\ufeffx',
      '日本 é',
      '{"a":1}',
      '\\',
    ),
  ),
  boolean: fc.boolean(),
  numbers: fc.array(
    fc.oneof(
      fc.nat(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    ),
    {
      maxLength: 4,
    },
  ),
};
const NAMES = [
  'model',
  'session',
  'Request tokens',
  'x:number',
  'a "b"',
  'seq',
  'name',
  'format',
  'é,',
  'text',
] as const;

interface Some {
  readonly columns: readonly ColumnSpec[];
  readonly rows: readonly (readonly Value[])[];
}

const some: fc.Arbitrary<Some> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...NAMES),
      type: fc.constantFrom<ColumnType>('number', 'text', 'boolean', 'numbers'),
    }),
    {
      selector: ({ name }) => name,
      minLength: 1,
      maxLength: 4,
    },
  )
  .chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(fc.tuple(...columns.map(({ type }) => fc.option(VALUES[type], { nil: undefined }))), {
        minLength: 1,
        maxLength: 30,
      }),
    }),
  );

/** The rows as a store, appended one by one or as chunks. */
function storeOf(
  { columns, rows }: Some,
  chunked: boolean,
  memoryLimit?: number,
): ReturnType<ReturnType<typeof rowsWriter>['finish']> {
  const writer = rowsWriter({ spoolDir: folder, columns, ...(memoryLimit === undefined ? {} : { memoryLimit }) });
  if (chunked)
    writer.appendChunk({
      atMs: Float64Array.from(rows, (_, i) => i / 3),
      columns: columns.map(({ type }, i) =>
        packValues(
          type,
          rows.map((row) => row[i]),
        ),
      ),
    });
  else for (const [i, row] of rows.entries()) writer.append(i / 3, 0, row);
  return writer.finish();
}

function expected({ columns, rows }: Some): Table {
  return Object.fromEntries(columns.map(({ name }, i) => [name, rows.map((row) => row[i])]));
}

describe('columns that are written are read back', () => {
  it('from a store, in memory and spooled, row by row, by chunk, and by index', () => {
    fc.assert(
      fc.property(some, fc.boolean(), fc.boolean(), (made, chunked, spooled) => {
        const { store } = storeOf(made, chunked, spooled ? 0 : undefined);
        expect(store.columns?.bytes.kind).toBe(spooled ? 'file' : 'memory');
        expect(tableOf(store).table).toEqual(expected(made));
        for (const [i, { name }] of made.columns.entries()) {
          const column = columnNamed(store.columns, name);
          if (store.columns === undefined || column === undefined) throw new Error('no column');
          const reader = new ColumnReader(store.columns, column);
          expect(made.rows.map((_, row) => reader.at(row))).toEqual(made.rows.map((row) => row[i]));
        }
        closeArrivals(store);
      }),
      { numRuns: 60 },
    );
  });

  it('over blocks of 4096, whichever way they came', () => {
    const rows = Array.from({ length: 9000 }, (_, i): Value[] => [
      i % 7 === 0 ? undefined : i,
      `t${String(i % 100)}`,
      [i, 1],
    ]);
    const columns: ColumnSpec[] = [
      { name: 'n', type: 'number' },
      { name: 't', type: 'text' },
      { name: 'l', type: 'numbers' },
    ];
    for (const cut of [4096, 1000]) {
      const writer = rowsWriter({ spoolDir: folder, columns, memoryLimit: cut });
      for (let from = 0; from < rows.length; from += cut) {
        const part = rows.slice(from, from + cut);
        writer.appendChunk({
          atMs: Float64Array.from(part, (_, i) => from + i),
          columns: columns.map(({ type }, i) =>
            packValues(
              type,
              part.map((row) => row[i]),
            ),
          ),
        });
      }
      const { store } = writer.finish();
      expect(tableOf(store).table).toEqual(expected({ columns, rows }));
      closeArrivals(store);
    }
  });

  it.each(['json', 'jsonl', 'csv', 'json.gz', 'jsonl.gz', 'csv.gz'])('as .%s', async (extension) => {
    const [format = '', gzip] = extension.split('.');
    await fc.assert(
      fc.asyncProperty(some, fc.constantFrom(1, 7, 1e6), fc.boolean(), async (made, cut, spooled) => {
        const { store, lastMs } = storeOf(made, true);
        const stream = new PassThrough({ highWaterMark: 1 << 24 });
        const facts = { name: 'n', durationMs: lastMs, columns: made.columns };
        await writeTrace(facts, readRows(store), { stream, format: format as 'json', gzip: gzip !== undefined });
        stream.end();
        const bytes = Buffer.concat((await stream.toArray()) as Buffer[]);
        const trace = await read(bytes, spooled ? { memoryLimit: 0 } : {}, cut);
        const { table, types } = tableOf(trace.store);
        expect(table).toEqual(expected(made));
        expect(types).toEqual(Object.fromEntries(made.columns.map(({ name, type }) => [name, type])));
        expect(trace.store.columns?.ignored).toEqual([]);
        closeArrivals(trace.store);
        closeArrivals(store);
      }),
      { numRuns: 25 },
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('replay-'))).toEqual([]);
  });

  it('and the JSON Schema takes what is written', async () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../schemas/trace.schema.json', import.meta.url), 'utf8'),
    ) as object;
    const valid = new Ajv2020().compile(schema);
    await fc.assert(
      fc.asyncProperty(some, async (made) => {
        const { store, lastMs } = storeOf(made, true);
        const path = join(folder, 'schema.json');
        await writeTrace({ name: 'n', durationMs: lastMs, columns: made.columns }, readRows(store), path);
        closeArrivals(store);
        expect(valid(JSON.parse(readFileSync(path, 'utf8'))), JSON.stringify(valid.errors)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});

describe('types are found where they are not declared', () => {
  it.each([
    ['1\n2\n', 'number', [1, 2]],
    ['1\n\n2.50\n', 'number', [1, undefined, 2.5]],
    ['1\nNaN\n', 'number', [1, undefined]],
    ['1\nx\n', 'text', ['1', 'x']],
    ['1.50\n2\nx\n', 'text', ['1.50', '2', 'x']],
    ['NaN\nx\n', 'text', ['NaN', 'x']],
    ['007\n008\n', 'text', ['007', '008']],
    ['12345678901234567890\n', 'text', ['12345678901234567890']],
    ['True\nfalse\n', 'boolean', [true, false]],
    ['True\n1\n', 'text', ['True', '1']],
    ['"[1, 2]"\n"[]"\n', 'numbers', [[1, 2], []]],
    ['""\na\n', 'text', ['', 'a']],
    ['-0\n', 'number', [0]],
  ] as [string, ColumnType, Value[]][])('in CSV %j', async (rows, type, values) => {
    const lines = rows.slice(0, -1).split('\n');
    const text = `at_ms,c\n${lines.map((field, i) => `${String(i)},${field}\n`).join('')}`;
    expect(await tableIn(text, {}, 2)).toEqual({ table: { c: values }, types: { c: type } });
  });

  it('late in a trace, when blocks have gone by', async () => {
    const numbers = Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? `${String(i)}.50` : String(i)));
    const text = (last: string): string =>
      `at_ms,c\n${[...numbers, last].map((field, i) => `${String(i)},${field}\n`).join('')}`;
    expect((await tableIn(text('7'))).table['c']).toEqual([...numbers.map(Number), 7]);
    expect((await tableIn(text('x'))).table['c']).toEqual([...numbers, 'x']);
  });

  it('in JSON lines, whose keys come and go', async () => {
    const text = '{"at_ms":1}\n{"at_ms":2,"a":1,"b":"x"}\n{"b":null,"at_ms":3}\n{"at_ms":4,"a":"y","c":[1]}\n';
    expect(await tableIn(text)).toEqual({
      table: {
        a: [undefined, '1', undefined, 'y'],
        b: [undefined, 'x', undefined, undefined],
        c: [undefined, undefined, undefined, [1]],
      },
      types: { a: 'text', b: 'text', c: 'numbers' },
    });
  });

  it('and what is no value of a column is left out, with the reason', async () => {
    const { store } = await read('{"at_ms":1,"o":{"a":1},"n":1,"at_s":2,"l":["x"]}\n{"at_ms":2,"o":2,"n":2}\n', {
      column: 'at_ms',
    });
    expect(tableOf(store).table).toEqual({ n: [1, 2] });
    expect(store.columns?.ignored.map(({ name, why }) => [name, why.slice(0, 22)])).toEqual([
      ['o', 'line 1: it is neither '],
      ['at_s', 'the name at_s is taken'],
      ['l', 'line 1: it is neither '],
    ]);
    const twice = await read('at_ms,a,a,b,\n1,2,3,4,5\n');
    expect(tableOf(twice.store).table).toEqual({ b: [4] });
  });
});

describe('bad columns get one line that names the place', () => {
  const head = '{"format":1.1,"name":"n","durationMs":9,"atMs":[1,2]';
  it.each([
    ['columns of format 1', '{"format":1,"name":"n","durationMs":9,"atMs":[1],"columns":{"a":[1]}}', /"format": 1\.1/],
    ['a column too short', `${head},"columns":{"a":[1]}}`, /columns\.a: it has 1 values for 2 arrivals/],
    ['a column too long', `${head},"columns":{"a":[1,2,3]}}`, /3 values for 2/],
    ['no list', `${head},"columns":{"a":1}}`, /columns\.a: it is no list/],
    ['no object', `${head},"columns":[1]}`, /columns: it is no object/],
    ['an object in it', `${head},"columns":{"a":[1,{"b":1}]}}`, /columns\.a\[1\]: it is neither/],
    ['a missing value', `${head},"columns":{"a":[1,]}}`, /columns\.a\[1\]: a value is missing/],
    ['a leading comma', `${head},"columns":{"a":[,1]}}`, /columns\.a\[0\]: a value is missing/],
    ['no JSON', `${head},"columns":{"a":[1,x]}}`, /columns\.a\[1\]: "x" is no value/],
    ['a bracket of another kind', `${head},"columns":{"a":[1,2}}`, /a } stands where \] is due/],
    ['the end in the middle', `${head},"columns":{"a":[1,2`, /ends in the middle/],
    ['a name twice', `${head},"columns":{"a":[1,2],"a":[1,2]}}`, /"a" occurs twice/],
    ['a taken name', `${head},"columns":{"payload":[1,2]}}`, /payload is taken/],
    ['a dangerous name', `${head},"columns":{"__proto__":[1,2]}}`, /not allowed/],
    ['a missing comma', `${head},"columns":{"a":[1,2] "b":[1,2]}}`, /a comma or }/],
    [
      'another type, declared before',
      `{"columnTypes":{"a":"text"},${head.slice(1)},"columns":{"a":["x",2]}}`,
      /columns\.a\[1\]: it is no text/,
    ],
    [
      'another type, declared behind',
      `${head},"columns":{"a":["x","y"]},"columnTypes":{"a":"number"}}`,
      /declared as number, and holds text/,
    ],
    ['an unknown type', `${head},"columnTypes":{"a":"int"}}`, /type of "a" is not known/],
    ['a declared column that is not there', `${head},"columnTypes":{"a":"number"}}`, /no column "a"/],
    ['a long text', `${head},"columns":{"a":["${'x'.repeat(5000)}",2]}}`, /columns\.a\[0\]: a text is longer/],
    [
      'a declared type in a line',
      '{"format":1.1,"columnTypes":{"a":"number"}}\n{"at_ms":1,"a":"x"}\n',
      /line 2, a: it is no number/,
    ],
    ['a declared type in CSV', 'at_ms,a:boolean\n1,true\n2,maybe\n', /line 3, a: it is no boolean/],
  ])('%s', async (_what, text, tells) => {
    expect(await complaint(text)).toMatch(tells);
  });

  it('what is spoiled is a trace or a UserError', async () => {
    const seed = `{"format":1.1,"name":"n","durationMs":9,"columnTypes":{"b":"text"},"columns":{"a":[1,null,[1,2]],"b":["x","\\"y",null]},"atMs":[1,2,3]}`;
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(seed.length),
        fc.nat(3),
        fc.constantFrom('"', '{', '}', '[', ']', ',', ':', '0', '\\', 'null', ''),
        async (at, remove, insert) => {
          const told = await complaint(seed.slice(0, at) + insert + seed.slice(at + remove));
          if (told === 'accepted') accepted++;
        },
      ),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(5);
  });
});

it('times keep nanoseconds where they are asked for', async () => {
  const atMs = Float64Array.from([0, 0.000001, 1.234567, 86_400_000.000123]);
  for (const format of ['json', 'jsonl', 'csv'] as const) {
    const stream = new PassThrough({ highWaterMark: 1 << 20 });
    await writeTrace({ name: 'n', durationMs: 86_400_001, precision: 'ns' }, [{ atMs }], { stream, format });
    stream.end();
    const trace = await read(Buffer.concat((await stream.toArray()) as Buffer[]));
    expect([...readRows(trace.store)].flatMap((chunk) => [...chunk.atMs])).toEqual([...atMs]);
  }
});
