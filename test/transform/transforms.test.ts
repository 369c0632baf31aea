import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, it } from 'vitest';
import { anonymise } from '#src/transform/anonymise';
import { sample } from '#src/transform/sample';
import { readTraffic, type Traffic } from '#src/transform/traffic';
import { jitter, scale, superpose, thin, warpCurve, warpSpeed, window } from '#src/transform/transforms';
import { writeTraffic, type Target } from '#src/transform/write-traffic';
import { valueAt } from '#src/trace-file/read-rows';
import { runCli } from '../support/run-cli.js';
import { imported } from '../support/imported.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-transform-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;
/** A trace of rows, through its file. */
async function traffic(
  rows: readonly { readonly at: number; readonly model?: string | undefined; readonly n?: number | undefined }[],
  durationMs = Math.max(...rows.map(({ at }) => at)),
  more: object = {},
): Promise<Traffic> {
  const path = join(folder, `${String(files++)}.json`);
  const columns = { model: rows.map(({ model }) => model ?? null), n: rows.map(({ n }) => n ?? null) };
  const trace = { format: 1.1, name: 't', durationMs, columnTypes: { model: 'text', n: 'number' }, ...more };
  writeFileSync(path, JSON.stringify({ ...trace, atMs: rows.map(({ at }) => at), columns }));
  return readTraffic(path, { stdin: noInput() });
}

async function* noInput(): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* [];
}

function rowsOf(made: Traffic): { at: number; model: unknown; n: unknown; payload: unknown }[] {
  return [...made.chunks()].flatMap(({ keys, columns }) =>
    [...keys].map((at, row) => {
      const [model, n, payload] = columns.map((values) => valueAt(values, row));
      return { at, model, n, payload };
    }),
  );
}

const times = (made: Traffic): number[] => rowsOf(made).map(({ at }) => at);
const row = fc.record({
  at: fc.integer({ min: 0, max: 5000 }),
  model: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
  n: fc.integer(),
});
const someRows = fc.array(row, { minLength: 1, maxLength: 60 }).map((rows) => rows.sort((a, b) => a.at - b.at));
/** Poisson arrivals of about `rate` per second. */
const poisson = (rate: number, seconds: number, seed: number): { at: number; model: string }[] => {
  let state = seed;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const rows = [];
  for (let at = 0; (at += (-1000 * Math.log(uniform())) / rate) < seconds * 1000;) rows.push({ at, model: 'm' });
  return rows;
};
/** The index of dispersion of counts in windows of `ms`. */
const idc = (at: readonly number[], ms: number, durationMs: number): number => {
  const counts = new Array<number>(Math.floor(durationMs / ms)).fill(0);
  for (const one of at)
    if (one < counts.length * ms) counts[Math.floor(one / ms)] = (counts[Math.floor(one / ms)] ?? 0) + 1;
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length / mean;
};

describe('laws', () => {
  it('windows that follow each other partition the arrivals', async () => {
    await fc.assert(
      fc.asyncProperty(someRows, fc.integer({ min: 1, max: 4999 }), async (rows, cut) => {
        const whole = await traffic(rows, 5000);
        const [left, right] = [window(whole, 0, cut), window(whole, cut, Infinity)];
        expect([left.durationMs, right.durationMs]).toEqual([cut, 5000 - cut]);
        const again = [...rowsOf(left), ...rowsOf(right).map((one) => ({ ...one, at: one.at + cut }))];
        expect(again).toEqual(rowsOf(whole));
        whole.close();
      }),
      { numRuns: 30 },
    );
  });

  it('superposing keeps every arrival with its values, in order; thinning what was superposed keeps a share', async () => {
    await fc.assert(
      fc.asyncProperty(someRows, someRows, async (a, b) => {
        const made = superpose([await traffic(a), await traffic(b)], folder);
        const expected = [...a, ...b].map(({ at, model, n }) => ({ at, model, n })).sort((x, y) => x.at - y.at);
        expect(rowsOf(made).map(({ at, model, n }) => ({ at, model, n }))).toEqual(expected);
        const kept = rowsOf(thin(made, 0.5, 7));
        const all = rowsOf(made).map((one) => JSON.stringify(one));
        for (const one of kept) expect(all).toContain(JSON.stringify(one));
        made.close();
      }),
      { numRuns: 20 },
    );
  });

  it('thinning keeps the share, and Poisson traffic Poisson', async () => {
    const whole = await traffic(poisson(200, 200, 3), 200_000);
    const kept = times(thin(whole, 0.25, 1));
    expect(Math.abs(kept.length - 10_000)).toBeLessThan(4 * Math.sqrt(10_000));
    expect(Math.abs(idc(kept, 1000, 200_000) - 1)).toBeLessThan(4 * Math.sqrt(2 / 200));
    expect(times(thin(whole, 0.25, 1))).toEqual(kept);
    expect(times(thin(whole, 0.25, 2))).not.toEqual(kept);
    expect(times(thin(whole, 1, 2))).toHaveLength(times(whole).length);
  });

  it('scaling reaches the rate by each method, and does to the dispersion what it says', async () => {
    // Bursts: 1 s of 400/s in every 10 s. Counts of 1 s have an IDC of 360.
    const bursts = poisson(400, 20, 5).map(({ at }) => ({ at: Math.floor(at / 1000) * 10_000 + (at % 1000) }));
    const whole = await traffic(bursts, 200_000);
    const before = idc(times(whole), 1000, 200_000);
    const rate = bursts.length / 200;
    const up = scale(whole, 3 * rate, undefined, 1, folder);
    const superposed = times(up);
    expect(Math.abs(superposed.length / (3 * bursts.length) - 1)).toBeLessThan(0.01);
    expect(superposed).toEqual([...superposed].sort((a, b) => a - b));
    // Copies that are shifted at random overlap at random: the IDC of one draw strays by tens of per cent.
    expect(idc(superposed, 1000, 200_000) / before).toBeGreaterThan(0.4);
    expect(idc(superposed, 1000, 200_000) / before).toBeLessThan(2.2);
    const down = scale(whole, rate / 4, undefined, 1, folder);
    expect((idc(times(down), 1000, 200_000) - 1) / (before - 1)).toBeCloseTo(0.25, 1);
    const warped = scale(whole, 4 * rate, 'warp', 1, folder);
    expect([times(warped).length, warped.durationMs]).toEqual([bursts.length, 50_000]);
    expect(idc(times(warped), 250, 50_000)).toBeCloseTo(before, 6);
    expect(up.says.join(' ')).toMatch(/3 copies.*the dispersion of counts \(IDC\) stays/);
    expect(() => scale(whole, 2 * rate, 'thin', 1, folder)).toThrow(/--by thin: the trace has .*use superpose or warp/);
    up.close();
  });

  it('warping by a constant curve is warping by its speed; a curve is the integral of 1 / speed', async () => {
    const whole = await traffic([{ at: 0 }, { at: 500 }, { at: 1000 }, { at: 2000 }], 2000);
    expect(times(warpCurve(whole, [[0, 2]]))).toEqual(times(warpSpeed(whole, 2)));
    const made = warpCurve(whole, [
      [0, 1],
      [1000, 3],
    ]);
    // From 1 to 3 in 1 s: ln(1 + 2t) / 2 s at t s; from there 1/3.
    const expected = [0, Math.log(2) * 500, Math.log(3) * 500, Math.log(3) * 500 + 1000 / 3];
    for (const [i, at] of times(made).entries()) expect(at).toBeCloseTo(expected[i] ?? NaN, 9);
    expect(made.durationMs).toBeCloseTo(expected[3] ?? NaN, 9);
  });

  it('jitter moves each arrival by at most what is given, inside the trace, and sorts', async () => {
    const whole = await traffic(
      Array.from({ length: 500 }, (_, i) => ({ at: i * 10, n: i })),
      5000,
    );
    const made = jitter(whole, 50, 1, folder);
    const rows = rowsOf(made);
    expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).sort((a, b) => a - b));
    expect(rows.every(({ at, n }) => at >= 0 && at <= 5000 && Math.abs(at - (n as number) * 10) <= 50)).toBe(true);
    expect(rows.map(({ n }) => n)).not.toEqual(whole.columns.map(() => 0));
    made.close();
  });

  it('samples are nested, representative, and keep all arrivals of what they keep', async () => {
    const rows = Array.from({ length: 200 }, (_, f) =>
      Array.from({ length: 1 + ((f * 7919) % 50) }, () => ({ at: f, model: `f${String(f)}` })),
    ).flat();
    const whole = await traffic(rows);
    const names = (share: number): Set<unknown> =>
      new Set(rowsOf(sample(whole, 'model', share, 1)).map(({ model }) => model));
    const [small, middle, large] = [names(0.1), names(0.3), names(0.8)];
    expect([small.size, middle.size, large.size]).toEqual([20, 60, 160]);
    expect([...small].every((name) => middle.has(name)) && [...middle].every((name) => large.has(name))).toBe(true);
    const mean = rows.length / 200;
    const sampled = rowsOf(sample(whole, 'model', 0.1, 1));
    expect(Math.abs(sampled.length / 20 / mean - 1)).toBeLessThan(0.1);
    expect(sampled.length).toBe(rows.filter(({ model }) => small.has(model)).length);
    expect(() => sample(whole, 'nope', 0.5, 1)).toThrow('--column nope: the trace has no such column; it has model, n');
  });

  it('anonymising hashes texts alike, and drops what names', async () => {
    const whole = await traffic(
      [
        { at: 5, model: 'x', n: 3 },
        { at: 7, model: 'y' },
        { at: 9, model: 'x' },
      ],
      10,
      {
        recipe: { secret: 1 },
        payloads: [{ text: 'secret' }],
      },
    );
    const made = anonymise(whole, Buffer.from('0123456789abcdef'), []);
    const hash = (text: string): string =>
      createHmac('sha256', '0123456789abcdef').update(text).digest('hex').slice(0, 16);
    expect(rowsOf(made)).toEqual([
      { at: 0, model: hash('x'), n: 3, payload: 0 },
      { at: 2, model: hash('y'), n: undefined, payload: 0 },
      { at: 4, model: hash('x'), n: undefined, payload: 0 },
    ]);
    expect([made.name, made.payloads, made.recipe, made.durationMs]).toEqual(['anonymised', [], undefined, 5]);
    expect(rowsOf(anonymise(whole, Buffer.from('k'), ['model'])).map(({ model }) => model)).toEqual(['x', 'y', 'x']);
  });
});

describe('converting', () => {
  const written = async (made: Traffic, name: string, to?: Target): Promise<string> => {
    const output = join(folder, name);
    await writeTraffic(made, { output, source: output, ...(to === undefined ? {} : { to }), url: 'http://h/' });
    return output;
  };

  it('import(export(x)) = x for CSV, JSON lines and Mooncake', async () => {
    const one = fc.record({
      at: fc.integer({ min: 0, max: 100_000 }),
      model: fc.stringMatching(/^[a-z][a-z ,"]{0,5}[a-z]$/),
      n: fc.integer({ min: 0, max: 1e6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 2, maxLength: 30 }), async (unsorted) => {
        const rows = unsorted.sort((a, b) => a.at - b.at);
        const whole = await traffic(rows);
        const csv = readFileSync(await written(whole, 'x.csv'));
        const keep = [{ from: 'n', as: 'n', type: 'number' as const }];
        expect((await imported(csv, { keep })).rows).toEqual(rows.map(({ at, model, n }) => ({ atMs: at, n, model })));
        const renamed: Traffic = {
          ...whole,
          columns: [
            { name: 'session', type: 'text' },
            { name: 'inputTokens', type: 'number' },
          ],
        };
        const again = await imported(readFileSync(await written(renamed, 'x.jsonl', 'mooncake')));
        expect([again.format, again.rows]).toEqual([
          'mooncake',
          rows.map(({ at, model, n }) => ({ atMs: at, session: model, inputTokens: n })),
        ]);
        whole.close();
      }),
      { numRuns: 20 },
    );
  });

  it('Parquet holds times and columns, as another reader sees them', async () => {
    const whole = await traffic([{ at: 1.5, model: 'a', n: 2 }, { at: 3 }], 10);
    const path = await written(whole, 'x.parquet');
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    expect(await parquetReadObjects({ file })).toEqual([
      { at_ms: 1.5, model: 'a', n: 2 },
      { at_ms: 3, model: null, n: null },
    ]);
  });

  it('k6 gets the rate of each step, vegeta a target for each arrival', async () => {
    const whole = await traffic([{ at: 0 }, { at: 100 }, { at: 2500 }], 3000, {
      payloads: [{ method: 'PUT', path: '/a?b', json: { a: 1.0 } }],
    });
    const k6 = JSON.parse(readFileSync(await written(whole, 'k6.json', 'k6'), 'utf8')) as {
      scenarios: { trace: { stages: { target: number; duration: string }[] } };
    };
    expect(k6.scenarios.trace.stages.filter(({ duration }) => duration !== '0s').map(({ target }) => target)).toEqual([
      2, 0, 1,
    ]);
    const targets = readFileSync(await written(whole, 'targets.jsonl', 'vegeta'), 'utf8')
      .trim()
      .split('\n');
    expect(targets).toHaveLength(3);
    expect(JSON.parse(targets[0] ?? '')).toEqual({
      method: 'PUT',
      url: 'http://h/a?b',
      header: { 'Content-Type': ['application/json'] },
      body: Buffer.from('{"a":1}').toString('base64'),
    });
  });
});

it('the command line keeps payloads byte for byte, and the history', async () => {
  const source = join(folder, 'source.json');
  writeFileSync(
    source,
    '{"format":1,"name":"t","durationMs":4,"recipe":{"process":"poisson"},"payloads":[{"json":{"a": 1.0, "b":12345678901234567890},"method":"PUT"}],"atMs":[1,2,3]}',
  );
  const [first, second] = [join(folder, 'first.jsonl'), join(folder, 'second.json')];
  expect((await runCli(['trace', 'window', source, '--from', '1ms', '-o', first])).code).toBe(0);
  const { code, stderr } = await runCli(['trace', 'thin', first, '--keep', '100%', '-o', second]);
  expect([code, stderr.split('\n')[0]]).toEqual([0, `${second}: 3 arrivals in 0.003 s`]);
  const text = readFileSync(second, 'utf8');
  expect(text).toContain('{"json":{"a": 1.0, "b":12345678901234567890},"method":"PUT"}');
  expect((JSON.parse(text) as { recipe: unknown }).recipe).toEqual({
    made: { process: 'poisson' },
    history: ['window source.json --from 1ms', 'thin first.jsonl --keep 100%'],
  });
});
