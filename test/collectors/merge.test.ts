import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactSum } from '#src/collectors/exact-sum';
import { ExactSums } from '#src/collectors/exact-sums';
import { foldSections, type SectionFold } from '#src/collectors/registry';
import type { CostTerms } from '#src/cost-terms';
import type { CustomCollector, CustomFold } from '#src/custom-collector';
import { COMPARED_METRICS } from '#src/collectors/metric-table';
import type { Plan } from '#src/run';
import { usageOf, type SampleBlock, type UsageName } from '#src/sample';
import { ENDED, makeRows, planFor, seeds, toBlock, type Row } from './sample-rows.js';

/** Values of every size from 0 on, whole ones and others. */
const amounts = fc.oneof(
  fc.nat(),
  fc.maxSafeInteger().map(Math.abs),
  fc.double({ min: 0, noNaN: true, max: 1e300 }),
  fc.double({ min: 0, noNaN: true, max: 1 }),
  fc.constantFrom(Number.MIN_VALUE, 0.1, 2 ** 52, 2 ** 53 + 2),
);

describe('ExactSum', () => {
  test('is the sum of the very floats, rounded once, in any order and partition', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(amounts, fc.nat(3)), { maxLength: 40 }), seeds, (values, order) => {
        const parts = Array.from({ length: 4 }, () => new ExactSum());
        for (const [value, part] of shuffle(values, order)) parts[part]?.add(value);
        const whole = new ExactSum();
        for (const part of shuffle(parts, order)) whole.addAll(part);
        expect(whole.value).toBe(exactly(values.map(([value]) => value)));
      }),
      { numRuns: 100 },
    );
  });

  test('by index, too', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(amounts, fc.nat(4), fc.boolean()), { maxLength: 40 }), (values) => {
        const [sums, others] = [new ExactSums(5), new ExactSums(5)];
        for (const [value, index, isOther] of values) (isOther ? others : sums).add(index, value);
        sums.addAll(others);
        for (let i = 0; i < 5; i++)
          expect(sums.total(i)).toBe(exactly(values.filter(([, at]) => at === i).map(([value]) => value)));
        expect(sums.total(1, 4)).toBe(exactly(values.filter(([, at]) => at >= 1 && at < 4).map(([value]) => value)));
      }),
    );
  });
});

/** In units of 2^-1074, of which every float is a whole number; then the nearest float by bisection of the candidates. */
function exactly(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + unitsOf(value), 0n);
  const near = values.reduce((total, value) => total + value, 0);
  const bits = new BigInt64Array(1);
  const float = new Float64Array(bits.buffer);
  float[0] = near;
  const at = bits[0] ?? 0n;
  const candidates = Array.from({ length: 129 }, (_, i) => at + BigInt(i - 64)).flatMap((pattern) => {
    if (pattern < 0n) return [];
    bits[0] = pattern;
    const value = float[0] ?? NaN;
    return Number.isFinite(value) ? [{ value, pattern, off: distance(unitsOf(value), sum) }] : [];
  });
  // Of two that are equally far, the even one.
  candidates.sort((a, b) => (a.off < b.off ? -1 : a.off > b.off ? 1 : Number((a.pattern & 1n) - (b.pattern & 1n))));
  return candidates[0]?.value ?? NaN;
}

function distance(a: bigint, b: bigint): bigint {
  return a < b ? b - a : a - b;
}

function unitsOf(value: number): bigint {
  const pattern = new BigInt64Array(Float64Array.of(value).buffer)[0] ?? 0n;
  const exponent = pattern >> 52n;
  const mantissa = pattern & ((1n << 52n) - 1n);
  return exponent === 0n ? mantissa : (mantissa + (1n << 52n)) << (exponent - 1n);
}

function shuffle<T>(values: readonly T[], seed: number): T[] {
  return values
    .map((value, i) => ({ value, key: Math.imul(i + 1, seed | 1) >>> 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

const USAGE: readonly UsageName[] = ['initMs', 'restoreMs', 'durationMs', 'billedMs', 'memoryMb', 'importMs', 'loadMs'];

/** With usage, batches and metrics of the backend's own; what is known of a row depends on the row alone. */
function blockOf(rows: readonly Row[]): SampleBlock {
  const block = toBlock(rows);
  const column = (of: (seq: number) => number): Float64Array => Float64Array.from(rows, ({ seq }) => of(seq));
  const unknown = column(() => NaN);
  const told = (name: UsageName) => (seq: number) => {
    const mixed = Math.imul(seq + 1, 2654435761 + USAGE.indexOf(name) * 97) >>> 0;
    if (!USAGE.includes(name) || mixed % 3 === 0) return NaN;
    return name === 'memoryMb' ? 128 * (1 + (mixed % 20)) : (mixed % 100_000) / 97;
  };
  return {
    ...block,
    releaseMs: block.dueMs.map((ms, i) => ms + ((block.seq[i] ?? 0) % 4) * 0.37),
    invocation: block.seq.map((seq) => seq - (seq % 3)),
    usage: usageOf((name) => (USAGE.includes(name) ? column(told(name)) : unknown)),
    metrics: [column((seq) => (seq % 5 === 0 ? NaN : seq / 7)), column((seq) => 1e12 / (seq + 1))],
  };
}

/** One that adds up whole numbers, and can be merged. */
const counter: CustomCollector = {
  name: 'late',
  metrics: [{ name: 'rows', worse: 'more' }],
  create: () => new RowCount(),
};

class RowCount implements CustomFold {
  #rows = 0;

  add({ rows }: SampleBlock): void {
    this.#rows += rows;
  }

  merge(other: RowCount): void {
    this.#rows += other.#rows;
  }

  values() {
    return { rows: this.#rows };
  }
}

const TERMS: readonly CostTerms[] = [
  { billing: null, prices: '2026-11', machine: { name: 'aws:t2.2xlarge', count: 2 } },
  { billing: { model: 'lambda', region: 'us-east-1' }, prices: '2026-11', machine: null },
  { billing: { model: 'cloud-run', memoryMb: 512, cpus: 0.333, concurrency: 7 }, prices: '2026-11', machine: null },
  { billing: { model: 'cloud-functions-gen1', memoryMb: 256 }, prices: '2026-11', machine: null },
];

function planOf(rows: readonly Row[], warmupMs: number): Plan {
  const batching = {
    size: 3,
    waitMs: 2,
    invocations: Math.ceil(rows.length / 3),
    perSecond: [],
    warmupRequests: rows.filter(({ dueMs }) => dueMs < warmupMs).length,
  };
  return {
    ...planFor(rows, { warmupMs, connections: 8 }),
    batching,
    metrics: [{ name: 'sevenths' }, { name: 'large', unit: 'tokens' }],
    columns: ['maxMemoryMb'],
  };
}

async function everything(fold: SectionFold, nowMs: number): Promise<unknown> {
  const measured = COMPARED_METRICS.map(({ metric }) => fold.measure(metric, { nowMs }));
  const most = fold.costAtMost(nowMs, 5000);
  const { sections, verdict, hlog } = fold.finish({ ...ENDED, capacity: [{ atMs: 0, counts: { instances: 3 } }] });
  return { measured, most, sections, verdict, hlog: hlog() };
}

describe('sections', () => {
  test('folds of any partition of the samples, merged in any order, equal the fold of all, to the last digit', async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        seeds,
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(0, 1234.5),
        fc.constantFrom(...TERMS),
        async (seed, order, parts, warmupMs, cost) => {
          const rows = makeRows(800, seed, 4);
          const context = { plan: planOf(rows, warmupMs), cost, collectors: [counter] };
          const whole = foldSections(context);
          whole.add(blockOf(rows));
          const folds = Array.from({ length: parts }, () => foldSections(context, { watched: false }));
          const dealt = shuffle(rows, order);
          for (let at = 0; at < dealt.length; at += 60)
            folds[(Math.imul(at + 1, order) >>> 3) % parts]?.add(blockOf(dealt.slice(at, at + 60)));
          const merged = foldSections(context, { watched: false });
          for (const fold of shuffle(folds, order)) merged.merge(fold);
          const got = await everything(merged, 2500);
          expect(got).toEqual(await everything(whole, 2500));
          expect(got).toHaveProperty('sections.collectors.late.metrics.rows.value', rows.length);
        },
      ),
      { numRuns: 6 },
    );
  });

  test('a fold goes on after a merge as if it had seen all, and leaves the other as it was', async () => {
    const rows = makeRows(900, 4, 4);
    const context = { plan: planOf(rows, 500), cost: TERMS[1] as CostTerms };
    const [whole, first, second, alone] = [0, 1, 2, 3].map(() => foldSections(context)) as [SectionFold, SectionFold, SectionFold, SectionFold]; // prettier-ignore
    whole.add(blockOf(rows));
    first.add(blockOf(rows.slice(0, 300)));
    for (const fold of [second, alone]) fold.add(blockOf(rows.slice(300, 600)));
    first.merge(second);
    first.add(blockOf(rows.slice(600)));
    expect(await everything(first, 1000)).toEqual(await everything(whole, 1000));
    expect(await everything(second, 1000)).toEqual(await everything(alone, 1000));
  });

  test('a collector of the user that cannot be merged says so, and costs nothing else', () => {
    const collectors = [{ ...counter, create: () => ({ add: () => undefined, values: () => ({ rows: 1 }) }) }];
    const rows = makeRows(50, 1, 4);
    const [a, b] = [
      foldSections({ plan: planFor(rows), collectors }),
      foldSections({ plan: planFor(rows), collectors }),
    ];
    a.merge(b);
    const { late } = a.finish(ENDED).sections.collectors ?? {};
    expect(late?.failed).toContain('its fold has no merge(other)');
    expect(late?.metrics['rows']?.value).toBeNull();
  });
});
