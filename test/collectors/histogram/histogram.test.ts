import hdr from 'hdr-histogram-js';
import fc from 'fast-check';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { hdrEncoding } from '#src/collectors/histogram/hdr-encoding';
import { createHistogram } from '#src/collectors/histogram/histogram';
import { LogHistogram } from '#src/collectors/histogram/log-histogram';
import { nearestRank } from '#src/collectors/histogram/nearest-rank';
import { SpreadFold } from '#src/collectors/spread-fold';
import { counted } from '../counted.js';
import { sortedPercentile } from '../sample-rows.js';

const MOST_MS = 2 * 3_600_000;
const AS_THE_LIBRARY = {
  bitBucketSize: 64,
  autoResize: false,
  lowestDiscernibleValue: 1,
  highestTrackableValue: MOST_MS * 1e6,
  numberOfSignificantValueDigits: 3,
} as const;
/** All magnitudes from 0 to beyond the clamp. */
const latency = fc.oneof(
  fc.constant(0),
  fc.double({ min: -6, max: 7.5, noNaN: true }).map((exponent) => 10 ** exponent),
);
const latencies = fc.array(latency, { minLength: 1, maxLength: 300 });

function filled(values: readonly number[]) {
  const histogram = createHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** One bucket: 1 ns, or a thousandth. */
function expectWithinABucket(got: number | null, exact: number): void {
  const clamped = Math.min(exact, MOST_MS);
  expect(got).not.toBeNull();
  expect(Math.abs((got ?? NaN) - clamped)).toBeLessThanOrEqual(Math.max(1e-6, clamped / 1000));
}

describe('nearestRank', () => {
  test('is the exact ceiling for tenths of a percent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 2 ** 31 }), (permille, count) => {
        const exact = (BigInt(permille) * BigInt(count) + 999n) / 1000n;
        expect(nearestRank(permille / 10, count)).toBe(Number(exact));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('createHistogram', () => {
  test('every rank is within a bucket of the sorted values, and the last is exact', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = filled(values);
        const sorted = [...values].sort((a, b) => a - b);
        sorted.slice(0, -1).forEach((exact, i) => {
          expectWithinABucket(histogram.atRank(i + 1), exact);
        });
        expect(histogram.atRank(values.length)).toBe(sorted.at(-1));
        expect(histogram.atRank(0)).toBeNull();
        expect(histogram.atRank(values.length + 1)).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  test('percentiles are of the nearest rank', () => {
    fc.assert(
      fc.property(latencies, fc.constantFrom(50, 90, 95, 99, 99.9, 100), (values, p) => {
        const histogram = filled(values);
        if (nearestRank(p, values.length) < values.length) {
          expectWithinABucket(histogram.percentile(p), sortedPercentile(values, p) ?? NaN);
        } else expect(histogram.percentile(p)).toBe(Math.max(...values));
      }),
    );
  });

  test('moments are exact: they do not suffer from an outlier or a large common offset', () => {
    const histogram = filled([1e6, ...Array.from({ length: 100_000 }, (_, i) => (i % 2 === 0 ? 1 : 3))]);
    const n = 100_001;
    const mean = (1e6 + 200_000) / n;
    const variance = ((1e6 - mean) ** 2 + 50_000 * (1 - mean) ** 2 + 50_000 * (3 - mean) ** 2) / n;
    expect(histogram.meanMs).toBeCloseTo(mean, 9);
    expect((histogram.stdevMs ?? NaN) / Math.sqrt(variance)).toBeCloseTo(1, 11);
    const offset = filled(Array.from({ length: 10_000 }, (_, i) => 7e6 + (i % 2) * 1e-3));
    expect((offset.stdevMs ?? NaN) / 5e-4).toBeCloseTo(1, 4);
  });

  test('ignores what is no measurement, takes a negative difference as 0, and is null when empty', () => {
    const histogram = createHistogram();
    for (const value of [NaN, Infinity, -Infinity]) histogram.record(value);
    expect(Object.values(histogram.distribution())).toEqual([0, ...Array.from({ length: 9 }, () => null)]);
    histogram.record(-1e-9);
    expect(histogram.distribution()).toMatchObject({ count: 1, minMs: 0, p50Ms: 0, maxMs: 0, meanMs: 0, stdevMs: 0 });
  });

  test.each([true, false])('counts and encoding are those of the library (WebAssembly: %s)', async (useWebAssembly) => {
    await hdr.initWebAssembly();
    await fc.assert(
      fc.asyncProperty(latencies, async (values) => {
        const histogram = filled(values);
        const oracle = hdr.build({ ...AS_THE_LIBRARY, useWebAssembly });
        for (const ms of values) oracle.recordValue(Math.min(Math.floor(ms * 1e6 + 0.5), MOST_MS * 1e6));
        const encoded = hdrEncoding(counted(histogram.counts));
        expect(countsIn(encoded)).toEqual(countsIn(hdr.encodeIntoCompressedBase64(oracle)));
        for (let rank = 1; rank < values.length; rank++) {
          const ms = oracle.getValueAtPercentile(((rank - 0.25) / values.length) * 100) / 1e6;
          const [least, most] = [Math.min(...values), Math.max(...values)];
          expect(histogram.atRank(rank)).toBe(Math.min(Math.max(ms, least), most));
        }
        oracle.destroy();
      }),
      { numRuns: 40 },
    );
  });
});

/** The counts, without the head. */
function countsIn(encoded: string): Buffer {
  return inflateSync(Buffer.from(encoded, 'base64').subarray(8)).subarray(40);
}

test("the encoding's head is HdrHistogram's: counts begin at 0, one unit is one", () => {
  const head = inflateSync(Buffer.from(hdrEncoding([[77, 3]]), 'base64').subarray(8));
  expect(head.toString('hex')).toBe(
    '1c849313' +
      '00000003' +
      '00000000' +
      '00000003' +
      '0000000000000001' +
      '0000068c61714000' +
      '3ff0000000000000' +
      '990106',
  );
});

test('a histogram of nothing, of neighbours and of large counts is what the library reads', () => {
  const counts = [
    [0, 1],
    [1, 2],
    [3, 2 ** 32 - 1],
    [20_000, 5],
  ] as const;
  const read = (encoded: string): string =>
    hdr.decodeFromCompressedBase64(encoded, 64, false).outputPercentileDistribution();
  const oracle = hdr.build({ ...AS_THE_LIBRARY, useWebAssembly: false });
  expect(countsIn(hdrEncoding([]))).toEqual(countsIn(hdr.encodeIntoCompressedBase64(oracle)));
  const buckets = new LogHistogram(10);
  for (const [bucket, count] of counts) oracle.recordValueWithCount(buckets.startOf(bucket), count);
  expect(read(hdrEncoding(counts))).toBe(read(hdr.encodeIntoCompressedBase64(oracle)));
});

describe('LogHistogram', () => {
  const integers = fc.array(
    fc.double({ min: 0, max: 50, noNaN: true }).map((e) => Math.floor(2 ** e) - 1),
    { minLength: 1, maxLength: 200 },
  );

  test('each rank lies in a bucket that holds the sorted value and is narrow enough', () => {
    fc.assert(
      fc.property(integers, fc.constantFrom(3, 7, 10), (values, bits) => {
        const histogram = new LogHistogram(bits);
        for (const value of values) histogram.record(value);
        [...values]
          .sort((a, b) => a - b)
          .forEach((exact, i) => {
            const highest = histogram.highestAt(i + 1) ?? NaN;
            const width = 2 * (highest + 1 - (histogram.middleAt(i + 1) ?? NaN));
            expect(exact).toBeLessThanOrEqual(highest);
            expect(exact).toBeGreaterThan(highest - width);
            expect(width).toBeLessThanOrEqual(Math.max(1, exact / 2 ** bits));
          });
      }),
      { numRuns: 60 },
    );
  });

  test('takes no more memory than its highest bucket needs', () => {
    const histogram = new LogHistogram(7);
    histogram.record(60e6); // a minute, in us
    expect(histogram.bytes).toBeLessThanOrEqual(4 * 128 * 21);
  });

  test('percentiles of a SpreadFold equal those of the library on the same samples', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = filled(values);
        const fold = new SpreadFold();
        for (const value of values) fold.record(value);
        const { p50Ms, p99Ms, p999Ms, maxMs } = histogram.distribution();
        expect(fold.spread()).toEqual({ p50Ms, p99Ms, p999Ms, maxMs });
        expect((fold.meanMs ?? NaN) / (histogram.meanMs === 0 ? 1 : (histogram.meanMs ?? NaN))).toBeCloseTo(
          histogram.meanMs === 0 ? 0 : 1,
          9,
        );
      }),
    );
  });
});
