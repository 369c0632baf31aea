import assert from 'node:assert/strict';
import type { CustomCollector } from '../custom-collector.js';
import { faultOf } from '../plan/load-collectors.js';
import type { Plan } from '../run.js';
import { blankBlock, COLD_STARTS, OUTCOMES, type SampleBlock } from '../sample.js';

export interface CollectorSubject {
  /** Your test runner's `it` or `test`. */
  readonly it: (name: string, test: () => Promise<void>) => void;
  readonly collector: CustomCollector;
}

/** The contract every collector keeps, as tests for any runner: over samples of every outcome, in several orders. */
export function collectorContract({ it, collector }: CollectorSubject): void {
  it(`${collector.name}: is a collector`, () => {
    assert.equal(faultOf(collector), undefined);
    return Promise.resolve();
  });

  it(`${collector.name}: gives a finite number or null for each of its metrics, also without a sample`, () => {
    assertValues(collector, collector.create({ ...PLAN, planned: 0, durationMs: 0, duePerSecond: [] }).values());
    assertValues(collector, valuesOf(collector, BLOCKS));
    return Promise.resolve();
  });

  it(`${collector.name}: the order of blocks, and where they are cut, changes nothing`, () => {
    const whole = valuesOf(collector, BLOCKS);
    assertClose(whole, valuesOf(collector, BLOCKS.toReversed()));
    assertClose(
      whole,
      valuesOf(
        collector,
        Array.from({ length: ROWS }, (_, i) => blockOf(i, i + 1)),
      ),
    );
    return Promise.resolve();
  });

  it(`${collector.name}: parts of the samples that are merged give the same, where it has merge(other)`, () => {
    const parts = BLOCKS.map((block) => {
      const fold = collector.create(PLAN);
      fold.add(block);
      return fold;
    });
    const merged = collector.create(PLAN);
    if (merged.merge === undefined) return Promise.resolve();
    for (const part of parts.toReversed()) merged.merge(part);
    assertClose(valuesOf(collector, BLOCKS), merged.values());
    return Promise.resolve();
  });

  it(`${collector.name}: can be read at any time, and only reads the blocks`, () => {
    const fold = collector.create(PLAN);
    for (const block of BLOCKS) {
      const before = structuredClone(block);
      fold.add(block);
      assert.deepEqual(block, before);
      fold.values();
    }
    assertClose(valuesOf(collector, BLOCKS), fold.values());
    return Promise.resolve();
  });
}

const ROWS = 90;
const PLAN: Plan = {
  planned: ROWS,
  durationMs: 3000,
  duePerSecond: [30, 30, 30],
  warmupMs: 0,
  timeoutMs: 30_000,
  maxLatenessMs: 10,
  maxInFlight: { limit: 1000, explicit: false },
  knowsSent: true,
};
const BLOCKS = [blockOf(0, 40), blockOf(40, 41), blockOf(41, ROWS)];

/** Rows [from, to) of one made run: every outcome, and numbers that are unknown. */
function blockOf(from: number, to: number): SampleBlock {
  const rows = to - from;
  const floats = (of: (i: number) => number): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) => of(from + i));
  const bytes = (of: (i: number) => number): Uint8Array => Uint8Array.from({ length: rows }, (_, i) => of(from + i));
  const dueMs = (i: number): number => (i * 3000) / ROWS;
  return {
    ...blankBlock(rows),
    seq: Uint32Array.from({ length: rows }, (_, i) => from + i),
    dueMs: floats(dueMs),
    releaseMs: floats(dueMs),
    handedMs: floats((i) => dueMs(i) + 0.1),
    sentMs: floats((i) => (i % 7 === 0 ? NaN : dueMs(i) + 0.2)),
    doneEarliestMs: floats((i) => dueMs(i) + 5),
    doneMs: floats((i) => dueMs(i) + 5 + (i % 13) * 20),
    handshakeMs: floats((i) => (i % 5 === 0 ? 1 : 0)),
    outcome: bytes((i) => (i % 3 === 0 ? (i / 3) % OUTCOMES.length : 0)),
    coldStart: bytes((i) => i % COLD_STARTS.length),
  };
}

type Values = Readonly<Record<string, number | null>>;

function valuesOf(collector: CustomCollector, blocks: readonly SampleBlock[]): Values {
  const fold = collector.create(PLAN);
  for (const block of blocks) fold.add(block);
  return fold.values();
}

function assertValues({ metrics }: CustomCollector, values: Values): void {
  for (const { name } of metrics) {
    const value = values[name];
    assert.ok(value === null || Number.isFinite(value), `${name} is ${String(value)}`);
  }
}

/** Sums may be rounded in another order. */
function assertClose(values: Values, others: Values): void {
  for (const [name, value] of Object.entries(values)) {
    const other = others[name] ?? null;
    const same = value === null || other === null ? value === other : Math.abs(value - other) <= 1e-9 * Math.abs(value);
    assert.ok(same, `${name} is ${String(value)} in one order, and ${String(other)} in another`);
  }
}
