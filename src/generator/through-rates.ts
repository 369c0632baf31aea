import { CHUNK_ARRIVALS, justBelow } from './arrival-process.js';
import type { Random } from './random.js';

/** A stretch of time over which the rate is a straight line. */
export interface RateSegment {
  readonly startMs: number;
  readonly endMs: number;
  readonly startPerSecond: number;
  readonly endPerSecond: number;
}

/**
 * An inhomogeneous Poisson process by exact inversion: a Poisson process of rate 1 runs over the area under the rate
 * curve (Cinlar, "Introduction to Stochastic Processes", 1975, ch. 4), and each of its points is mapped back to the
 * time at which the area is reached. No arrival is rejected and none is rounded to a grid.
 * The segments adjoin, start at 0 and end at `durationMs`. Chunks as in `ArrivalProcess.arrivals`.
 */
export function poissonThroughRates(
  segments: Iterable<RateSegment>,
  random: Random,
  durationMs: number,
): Iterable<Float64Array> {
  return throughRates(segments, randomGaps(random.split('arrivals')), durationMs, { areaPerGap: 1, most: Infinity });
}

/**
 * Evenly spaced arrivals under a rate curve: arrival i is where the area reaches i, so that a level curve gives what
 * `constant` gives. Chunks as in `ArrivalProcess.arrivals`.
 */
export function evenlyThroughRates(segments: Iterable<RateSegment>, durationMs: number): Iterable<Float64Array> {
  return throughRates(segments, EVEN_GAPS, durationMs, { areaPerGap: 1, most: Infinity });
}

/**
 * The same process given that it has exactly `count` arrivals: those are then independent, each with the rate curve as
 * its density. In order they are partial sums of count + 1 exponentials over their total (Devroye, "Non-Uniform Random
 * Variate Generation", 1986, V.3.1), so two passes over one stream need no memory. The curve must have an area.
 */
export function* exactlyThroughRates(
  segments: () => Iterable<RateSegment>,
  random: Random,
  durationMs: number,
  count: number,
): Generator<Float64Array, void, undefined> {
  if (count === 0) return;
  const areaPerGap = areaOf(segments()) / sumOfExponentials(random.split('arrivals'), count + 1);
  let made = 0;
  const gaps = randomGaps(random.split('arrivals'));
  for (const chunk of throughRates(segments(), gaps, durationMs, { areaPerGap, most: count })) {
    made += chunk.length;
    yield chunk;
  }
  // Rounding can push the last arrivals out of the window, by less than one part in 10^12 of it.
  for (; made < count; made += CHUNK_ARRIVALS)
    yield new Float64Array(Math.min(CHUNK_ARRIVALS, count - made)).fill(justBelow(durationMs));
}

/** The area under one segment: the arrivals expected in it. */
function areaOfSegment({ startMs, endMs, startPerSecond, endPerSecond }: RateSegment): number {
  return ((endMs - startMs) * (startPerSecond + endPerSecond)) / 2000;
}

/** The area under the whole curve. */
export function areaOf(segments: Iterable<RateSegment>): number {
  let area = 0;
  for (const segment of segments) area += areaOfSegment(segment);
  return area;
}

function sumOfExponentials(random: Random, count: number): number {
  const block = new Float64Array(Math.min(count, CHUNK_ARRIVALS));
  let sum = 0;
  for (let left = count; left > 0; left -= block.length) {
    random.fillExponentials(block);
    for (let i = 0; i < Math.min(left, block.length); i++) sum += block[i] as number;
  }
  return sum;
}

/** Where the gaps between arrivals come from, as area under the curve. */
interface GapSource {
  /** Before the first arrival. */
  first(): number;
  fill(gaps: Float64Array): void;
}

function randomGaps(random: Random): GapSource {
  return {
    first: () => random.exponential(),
    fill: (gaps) => {
      random.fillExponentials(gaps);
    },
  };
}

const EVEN_GAPS: GapSource = { first: () => 0, fill: (gaps) => void gaps.fill(1) };

/** How far the unit process is stretched, and after how many arrivals it stops. */
interface Extent {
  readonly areaPerGap: number;
  readonly most: number;
}

/**
 * Each chunk starts out full of exponentials and is overwritten with times in place: arrival i reads gap i + 1 from
 * the place it is about to leave. That is the whole memory of the process.
 */
function* throughRates(
  segments: Iterable<RateSegment>,
  gaps: GapSource,
  durationMs: number,
  { areaPerGap, most }: Extent,
): Generator<Float64Array, void, undefined> {
  const area = gaps.first() * areaPerGap;
  const walk: Walk = {
    chunk: gapsFor(gaps, FIRST_CHUNK, most),
    used: 0,
    area,
    areaPerGap,
    previousMs: 0,
    lastMs: justBelow(durationMs),
  };
  let left = most;
  for (const segment of segments) {
    const segmentArea = areaOfSegment(segment);
    while (walk.area < segmentArea) {
      if (segment.startPerSecond === segment.endPerSecond) alongLevel(walk, segment, segmentArea);
      else alongSlope(walk, segment, segmentArea);
      if (walk.used < walk.chunk.length) break;
      yield walk.chunk;
      left -= walk.used;
      if (left <= 0) return;
      walk.chunk = gapsFor(gaps, 2 * walk.used, left);
      walk.used = 0;
    }
    walk.area -= segmentArea;
  }
  if (walk.used > 0) yield walk.chunk.slice(0, walk.used);
}

/** A new chunk of gaps: chunks grow, so that a short trace does not pay for a long one. */
function gapsFor(gaps: GapSource, wanted: number, left: number): Float64Array {
  const chunk = new Float64Array(Math.min(wanted, left, CHUNK_ARRIVALS));
  gaps.fill(chunk);
  return chunk;
}

const FIRST_CHUNK = 128;

/** Where the walk stands. */
interface Walk {
  chunk: Float64Array;
  /** How many of the chunk are times already; the rest are gaps. */
  used: number;
  /** From the start of the segment to the next arrival. */
  area: number;
  readonly areaPerGap: number;
  /** The last time written on a slope. */
  previousMs: number;
  /** No time is after this one. */
  readonly lastMs: number;
}

/** Writes arrivals until the segment's area or the chunk is used up. The hot loop: plain locals, one product per arrival. */
function alongLevel(walk: Walk, { startMs, endMs, startPerSecond }: RateSegment, segmentArea: number): void {
  const { chunk, areaPerGap } = walk;
  const limitMs = Math.min(endMs, walk.lastMs);
  const msPerArrival = 1000 / startPerSecond;
  let next = walk.area;
  let i = walk.used;
  for (; i < chunk.length && next < segmentArea; i++) {
    const gap = chunk[i] as number;
    const atMs = startMs + next * msPerArrival;
    chunk[i] = atMs < limitMs ? atMs : limitMs;
    next += gap * areaPerGap;
  }
  walk.area = next;
  walk.used = i;
}

/**
 * The same under a slope: the area r x + s x^2 / 2 = y solved for x as 2y / (r + sqrt(r^2 + 2 s y)), which cancels
 * nowhere. Rounding may let x fall by an ulp where gaps are tiny, so times are kept from going back.
 */
function alongSlope(walk: Walk, segment: RateSegment, segmentArea: number): void {
  const { chunk, areaPerGap } = walk;
  const { startMs, endMs, startPerSecond: rate, endPerSecond } = segment;
  const limitMs = Math.min(endMs, walk.lastMs);
  const slope = (endPerSecond - rate) / (endMs - startMs);
  let previousMs = Math.max(startMs, walk.previousMs);
  let next = walk.area;
  let i = walk.used;
  for (; i < chunk.length && next < segmentArea; i++) {
    const gap = chunk[i] as number;
    const y = 1000 * next;
    const root = Math.sqrt(Math.max(0, rate * rate + 2 * slope * y));
    const atMs = Math.max(previousMs, startMs + (y === 0 ? 0 : (2 * y) / (rate + root)));
    previousMs = atMs < limitMs ? atMs : limitMs;
    chunk[i] = previousMs;
    next += gap * areaPerGap;
  }
  walk.area = next;
  walk.used = i;
  walk.previousMs = previousMs;
}
