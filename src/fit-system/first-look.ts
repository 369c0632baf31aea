import { ENDED } from '../systems/station.js';
import { OTHER_END, type Observed, type ObservedCalls } from './observed.js';

/** What can be read off runs without a simulation. Lengths in ms; NaN: not seen. */
export interface FirstLook {
  readonly ok: number;
  /** Calls that ended in any other way. */
  readonly failed: number;
  /** Latency of calls that found the service empty, and were not reported as cold. */
  readonly lone: Sample;
  /** Time in the service of calls that were not reported as cold, as it reported it. */
  readonly told: Sample;
  /** Latency less the reported time, of lone calls. */
  readonly networkMs: number;
  /** Most successes per second over a stretch with many inside. */
  readonly throughput: number;
  /** The 95 % quantile of the latency of successes. */
  readonly longMs: number;
  /** Median latency of calls that the service failed or refused; how many. */
  readonly refused: { readonly count: number; readonly medianMs: number };
  /** Calls that the client gave up. */
  readonly timeouts: number;
  readonly mostInside: number;
  /** Of calls that were reported as cold and found the service empty: latency beyond that of a warm one. */
  readonly loneStart: Sample;
  /** Time in the service of cold calls, as it reported it. */
  readonly coldTold: Sample;
  /** Median latency of calls that were reported as cold. */
  readonly coldMs: number;
  /** Most instances per second that became ready over a stretch of cold starts; NaN: too few. */
  readonly startRate: number;
  /** Calls that were reported as cold, and those reported as either. */
  readonly cold: number;
  readonly toldCold: number;
}

/** Of a number that was measured several times. NaN where `count` is too small. */
export interface Sample {
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  /** Standard deviation over mean. */
  readonly cv: number;
}

export function firstLook({ timelines }: Observed): FirstLook {
  const seen = timelines.map(({ calls }) => lookAt(calls));
  const all = (of: (one: Look) => readonly number[]): number[] => seen.flatMap(of);
  const sum = (of: (one: Look) => number): number => seen.reduce((total, one) => total + of(one), 0);
  const lone = sampleOf(all((one) => one.lone));
  const refusedMs = all((one) => one.refused);
  const ok = all((one) => one.okMs).sort((a, b) => a - b);
  return {
    ok: ok.length,
    failed: sum((one) => one.failed),
    lone,
    told: sampleOf(all((one) => one.told)),
    networkMs: medianOf(all((one) => one.network)),
    throughput: seen.reduce((a, b) => (b.mostInside > a.mostInside ? b : a)).throughput,
    longMs: ok[Math.floor(0.95 * (ok.length - 1))] ?? NaN,
    refused: { count: refusedMs.length, medianMs: medianOf(refusedMs) },
    timeouts: sum((one) => one.timeouts),
    mostInside: mostOf(seen.map((one) => one.mostInside)),
    loneStart: waitedFor(all((one) => one.loneCold).map((ms) => ms - lone.median)),
    coldTold: sampleOf(all((one) => one.coldTold)),
    coldMs: medianOf(all((one) => one.coldMs)),
    startRate: startRateOf(seen.map((one) => one.coldDone)),
    cold: sum((one) => one.cold),
    toldCold: sum((one) => one.toldCold),
  };
}

interface Look {
  readonly okMs: number[];
  readonly lone: number[];
  readonly told: number[];
  readonly network: number[];
  readonly refused: number[];
  readonly loneCold: number[];
  readonly coldTold: number[];
  readonly coldMs: number[];
  readonly coldDone: number[];
  failed: number;
  timeouts: number;
  cold: number;
  toldCold: number;
  mostInside: number;
  throughput: number;
}

const COLD = 2;

function lookAt(calls: ObservedCalls): Look {
  const inside = insideAtArrival(calls);
  const look: Look = {
    ...{ okMs: [], lone: [], told: [], network: [], refused: [], loneCold: [], coldTold: [], coldMs: [], coldDone: [] },
    ...{ failed: 0, timeouts: 0, cold: 0, toldCold: 0 },
    mostInside: inside.reduce((most, count) => Math.max(most, count + 1), 0),
    throughput: throughputOf(calls, inside),
  };
  for (let row = 0; row < calls.count; row++) note(look, calls, row, inside[row] === 0);
  return look;
}

function note(look: Look, calls: ObservedCalls, row: number, isLone: boolean): void {
  const ms = calls.latencyMs[row] as number;
  const outcome = calls.outcome[row] as number;
  if (calls.cold[row] !== 0) look.toldCold++;
  if (calls.cold[row] === COLD) look.cold++;
  if (outcome !== ENDED.ok) {
    look.failed++;
    if (outcome === ENDED.timeout) look.timeouts++;
    else if (outcome !== OTHER_END) look.refused.push(ms);
    return;
  }
  look.okMs.push(ms);
  if (calls.cold[row] === COLD) {
    if (isLone) look.loneCold.push(ms);
    look.coldMs.push(ms);
    look.coldDone.push((calls.atMs[row] as number) + ms);
    const coldToldMs = calls.toldMs[row] as number;
    if (coldToldMs > 0) look.coldTold.push(coldToldMs);
    return;
  }
  const toldMs = calls.toldMs[row] as number;
  if (toldMs > 0) look.told.push(toldMs);
  if (!isLone) return;
  look.lone.push(ms);
  if (toldMs > 0) look.network.push(Math.max(0, ms - toldMs));
}

/** How many others each call found inside. */
function insideAtArrival({ count, atMs, latencyMs }: ObservedCalls): Int32Array {
  const ends = Float64Array.from(atMs, (ms, row) => ms + (latencyMs[row] as number)).sort();
  const inside = new Int32Array(count);
  let ended = 0;
  for (let row = 0; row < count; row++) {
    while (ended < count && (ends[ended] as number) <= (atMs[row] as number)) ended++;
    inside[row] = Math.max(0, row - ended);
  }
  return inside;
}

const LEAST_STRETCH_MS = 1000;
const SUCCESSES_OF_STRETCH = 30;

/** Over the stretches that began with at least half of the most that were ever inside; the median of them. */
function throughputOf({ count, atMs, latencyMs, outcome }: ObservedCalls, inside: Int32Array): number {
  const most = inside.reduce((a, b) => Math.max(a, b), 0);
  const done: number[] = [];
  for (let row = 0; row < count; row++)
    if (outcome[row] === ENDED.ok) done.push((atMs[row] as number) + (latencyMs[row] as number));
  done.sort((a, b) => a - b);
  const rates: number[] = [];
  let [next, last] = [0, 0];
  for (let row = 0; row < count; row++) {
    const fromMs = atMs[row] as number;
    if ((inside[row] as number) < most / 2) continue;
    while (next < done.length && (done[next] as number) < fromMs) next++;
    last = Math.max(last, next + SUCCESSES_OF_STRETCH);
    while (last < done.length && (done[last] as number) - fromMs < LEAST_STRETCH_MS) last++;
    if (last < done.length) rates.push(((last - next) * 1000) / ((done[last] as number) - fromMs));
  }
  return rates.length === 0 ? NaN : medianOf(rates);
}

/** NaN of none. */
function mostOf(values: readonly number[]): number {
  return values.filter((value) => !Number.isNaN(value)).reduce((most, value) => (value < most ? most : value), NaN);
}

const LEAST_STARTS = 10;

/** Over a fifth of the starts of a timeline, where they came fastest. */
function startRateOf(timelines: readonly (readonly number[])[]): number {
  const rates = timelines.flatMap((done) => {
    const ascending = [...done].sort((a, b) => a - b);
    const most = Math.max(LEAST_STARTS, Math.floor(ascending.length / 5));
    return ascending.slice(most).map((ms, i) => (most * 1000) / Math.max(1, ms - (ascending[i] as number)));
  });
  return mostOf(rates);
}

/**
 * Behind a shared queue, an instance that was started for one request may first serve another, which is then reported as cold
 * and has not waited: only what took long was a start.
 */
function waitedFor(startsMs: readonly number[]): Sample {
  const ascending = [...startsMs].sort((a, b) => a - b);
  const long = ascending[Math.floor(0.9 * (ascending.length - 1))] ?? 0;
  return sampleOf(ascending.filter((ms) => ms > long * AT_ONCE));
}

const AT_ONCE = 0.3;

/** Values far above the median are something else: a start that was not reported, a pause. */
const FAR = 6;

function sampleOf(values: readonly number[]): Sample {
  const median = medianOf(values);
  const kept = values.filter((value) => value <= FAR * median);
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (kept.length - 1);
  return { count: kept.length, mean, median, cv: kept.length < 3 || mean === 0 ? NaN : Math.sqrt(variance) / mean };
}

function medianOf(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.floor((ascending.length - 1) / 2)] ?? NaN;
}
