import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imported } from '../support/imported.js';

const times = async (text: string | Buffer, options = {}): Promise<number[]> =>
  (await imported(text, options)).rows.map(({ atMs }) => atMs);

describe('CSV as people have it', () => {
  it.each<[string, string]>([
    ['plain', 'ts,model\n2023-11-16 18:00:00.25,a\n2023-11-16 18:00:01,b\n'],
    ['a mark, CR LF, no end of line at the end', '\ufeffts,model\r\n2023-11-16 18:00:00.25,a\r\n2023-11-16 18:00:01,b'],
    ['semicolons and decimal commas', 'ts;model\n2023-11-16 18:00:00,25;a\n2023-11-16 18:00:01;b\n'],
    ['tabs', 'ts\tmodel\n2023-11-16 18:00:00.25\ta\n2023-11-16 18:00:01\tb\n'],
    ['a sep= line', 'sep=|\nts|model\n2023-11-16 18:00:00.25|a\n2023-11-16 18:00:01|b\n'],
    [
      'comments and empty lines',
      '# made by x\n\nts,model\n# one\n2023-11-16 18:00:00.25,a\n\n   \n2023-11-16 18:00:01,b\n\n',
    ],
    ['quotes', '"ts","model"\n"2023-11-16 18:00:00.25","a"\n"2023-11-16 18:00:01",b\n'],
    ['spaces around fields', 'ts , model\n 2023-11-16 18:00:00.25 , a \n2023-11-16 18:00:01, b\n'],
    ['epoch seconds', 'ts,model\n1700157600.25,a\n1700157601,b\n'],
    ['epoch ns', 'ts,model\n1700157600250000000,a\n1700157601000000000,b\n'],
    ['JSON lines', '{"ts":"2023-11-16T18:00:00.250Z","model":"a"}\n{"model":"b","ts":"2023-11-16T18:00:01Z"}\n'],
    ['a list of JSON objects', '[\n {"ts":1700157600.25,"model":"a"},\n {"model":"b","ts":1700157601}\n]\n'],
  ])('%s', async (_, text) => {
    for (const pieces of [1, 7, 1 << 20])
      expect((await imported(text, {}, pieces)).rows).toEqual([
        { atMs: 0, model: 'a' },
        { atMs: 750, model: 'b' },
      ]);
  });

  it('quoted fields hold delimiters, quotes and line ends', async () => {
    const text = 'ts,model\n0,"a,""b""\nc"\n1,x\n';
    const { rows } = await imported(text, { unit: 's' }, 3);
    expect(rows.map(({ model }) => model)).toEqual(['a,"b"\ufffdc', 'x']);
  });

  it('gz is read, and a cut-off one refused', async () => {
    const bytes = gzipSync('at_s\n1\n2\n');
    expect(await times(bytes)).toEqual([1000, 2000]);
    await expect(times(bytes.subarray(0, -9))).rejects.toThrow('its gzip data ends in the middle');
  });

  it('counts from the start keep it, and --rebase removes it', async () => {
    const { rows, said, durationMs } = await imported('time_s\n60\n61.5\n');
    expect([rows.map(({ atMs }) => atMs), durationMs]).toEqual([[60_000, 61_500], 61_500]);
    expect(said).toContain('nothing arrives in the first 60 s (--rebase removes that)');
    expect(await times('time_s\n60\n61.5\n', { rebase: true })).toEqual([0, 1500]);
  });

  it('is sorted, with the jumps of the clock reported', async () => {
    const { rows, said } = await imported('at_s,model\n5,a\n1,b\n3,c\n3,d\n2,e\n');
    expect(rows.map(({ atMs, model }) => [atMs, model])).toEqual([
      [1000, 'b'],
      [2000, 'e'],
      [3000, 'c'],
      [3000, 'd'],
      [5000, 'a'],
    ]);
    expect(said).toContain('the clock goes back in 2 rows, by up to 4 s (line 3)');
  });

  it('NaN and empty fields are absent, and columns that are ignored are named', async () => {
    const { rows, said } = await imported('at_s,input_tokens,cost,note\n1,NaN,1.5,x\n2,7,,y\n', {
      keep: [{ from: 'cost', as: 'cost' }],
    });
    expect(rows).toEqual([
      { atMs: 1000, cost: 1.5 },
      { atMs: 2000, inputTokens: 7 },
    ]);
    expect(said).toContain('ignored: note (--keep NAME keeps one)');
  });

  it('--from and --to cut a window, whose start is 0', async () => {
    const { rows, durationMs } = await imported('at_s\n1\n2\n3\n4\n', { fromMs: 2000, toMs: 4000 });
    expect([rows.map(({ atMs }) => atMs), durationMs]).toEqual([[0, 1000], 2000]);
  });

  it('--where selects by the columns, and keeps the origin', async () => {
    const text = 'at_s,model,body\n1,a,x\n2,b,y\n3,a,z\n';
    const { rows, durationMs } = await imported(text, { where: 'model = a', fromMs: 500, payloadColumn: 'body' });
    expect([rows, durationMs]).toEqual([
      [
        { atMs: 500, payload: 0, model: 'a' },
        { atMs: 2500, payload: 2, model: 'a' },
      ],
      2500,
    ]);
    await expect(imported(text, { where: 'nope = 1' })).rejects.toThrow(/--where.*nope/);
    await expect(imported(text, { where: 'model = c' })).rejects.toThrow(/no arrival fulfils --where/);
  });

  it('bodies become payloads', async () => {
    const { rows, payloads } = await imported('at_s,body\n1,"{""a"":1}"\n2,hello\n3,"{""a"":1}"\n', {
      payloadColumn: 'body',
    });
    expect(rows.map(({ payload }) => payload)).toEqual([0, 1, 0]);
    expect(payloads).toEqual([{ json: { a: 1 } }, { text: 'hello' }]);
  });
});

describe('what is wrong is one line', () => {
  it.each<[string, RegExp, object?]>([
    ['', /it is empty; give a file with arrivals$/],
    [
      'version https://git-lfs.github.com/spec/v1\noid sha256:1\n',
      /it is a pointer of Git LFS, not the data; fetch the data with git lfs pull$/,
    ],
    ['<!DOCTYPE html><html>', /it is a web page, not the data; download the raw file$/],
    ['PK\u0003\u0004abc', /it is a zip archive; unpack it first$/],
    ['a,b\n1,2\n', /no format recognises it \(its columns are a, b\); name its column of times with --time-column/],
    ['a,b\n1,2\n', /it has no column c; its columns are a, b/, { timeColumn: 'c' }],
    ['ts\n5\n', /column ts: 5 does not count from 1970; say its unit: --unit s, ms, us or ns$/],
    ['ts,m\nfoo,2\n', /line 2: ts: "foo" is no time; correct it, or leave such rows out with --skip-bad$/],
    ['at_s,m\n1,2\n2\n', /line 3: it has 1 field, the header has 2/],
    ['at_s,m\n1,"2\n', /line 2: a double quote is never closed; close it$/],
    ['at_s\n', /it has no arrivals$/],
    ['at_s\n1\n', /--format tabel: did you mean table\?$/, { format: 'tabel' }],
    ['{"at_s": 1}\n{"at_s": 2\n', /line 2: the object is never closed/],
    ['{"at_s": 1}\nfoo\n', /line 2: "f" stands between the objects/],
    ['at_s\n1e11\n0\n', /its times span more than 31 years/],
  ])('%j', async (text, message, options = {}) => {
    await expect(imported(text, options)).rejects.toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringMatching(message) as string }),
    );
  });

  it('rows that cannot be read are left out where that is asked for', async () => {
    const { rows, said } = await imported('at_s,m\n1,2\nx,3\n2\n4,4\n', { skipBad: true });
    expect(rows.map(({ atMs }) => atMs)).toEqual([1000, 4000]);
    expect(said).toContain('cannot be read: 2 rows, left out; the first is line 3: at_s: "x" is no time');
  });
});

describe('coarse stamps', () => {
  const coarse = `ts\n${Array.from({ length: 2000 }, (_, i) => `2023-11-16 18:00:${String(Math.floor(i / 40)).padStart(2, '0')}`).join('\n')}\n`;

  it('are spread within their resolution by uniform draws, reproducibly', async () => {
    const { rows, said, durationMs } = await imported(coarse, { within: 'uniform' });
    expect(said).toContain('stamps have a resolution of 1 s: arrivals are spread within it, uniformly');
    const at = rows.map(({ atMs }) => atMs);
    expect(at.map((ms, i) => Math.floor(ms / 1000) === Math.floor(i / 40)).every(Boolean)).toBe(true);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    // Kolmogorov-Smirnov of the fractions against uniform: 1.63 / sqrt(n) is the 1 % bound.
    const fractions = at.map((ms) => (ms % 1000) / 1000).sort((a, b) => a - b);
    const distance = Math.max(...fractions.map((u, i) => Math.abs(u - (i + 0.5) / fractions.length)));
    expect(distance).toBeLessThan(1.63 / Math.sqrt(fractions.length));
    expect(durationMs).toBe(50_000);
    expect(await times(coarse, { within: 'uniform' })).toEqual(at);
    expect(await times(coarse, { within: 'uniform', seed: 2 })).not.toEqual(at);
  });

  it('stay where --within start says so, with a warning', async () => {
    const { rows, said } = await imported(coarse, { within: 'start' });
    expect(new Set(rows.map(({ atMs }) => atMs % 1000))).toEqual(new Set([0]));
    expect(said).toContain('they come in bursts that the traffic did not have');
  });

  it('fine stamps are left alone', async () => {
    expect(await times('at_ms\n1\n2\n3.5\n', { within: 'uniform' })).toEqual([1, 2, 3.5]);
  });
});

it('any rows, dealt in any pieces, come out sorted with their values', async () => {
  const row = fc.record({ at: fc.integer({ min: 0, max: 10_000 }), text: fc.stringMatching(/^[a-z",; \n]{1,8}$/) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 50 }),
      fc.integer({ min: 1, max: 40 }),
      async (rows, pieces) => {
        const csv = rows.map(({ at, text }) => `${String(at)},"${text.replaceAll('"', '""')}"`).join('\n');
        const result = await imported(`at_ms,model\n${csv}`, {}, pieces);
        const sorted = rows.map((one, i) => ({ ...one, i })).sort((a, b) => a.at - b.at || a.i - b.i);
        expect(result.rows).toEqual(
          sorted.map(({ at, text }) => {
            const kept = text.replace(/^ +| +$/g, '');
            return { atMs: at, ...(kept === '' ? {} : { model: kept.replaceAll('\n', '\ufffd') }) };
          }),
        );
      },
    ),
    { numRuns: 100 },
  );
});
