import { seededRandom } from '../generator/random.js';

/** What a probe is made of, in its order. */
export const PROBE_PARTS = ['lone', 'starts', 'burst', 'gaps', 'rates', 'watch'] as const;
export type ProbePart = (typeof PROBE_PARTS)[number];

/** How much is sent. Lengths in ms. */
export interface ProbeSize {
  /** Calls one after the other, and from one to the next. */
  readonly loneCalls: number;
  readonly loneGapMs: number;
  /** Instances that are started one at a time, and from one to the next. */
  readonly starts: number;
  readonly startGapMs: number;
  /** Calls at once. */
  readonly burst: number;
  /** The longest idle time; those before are halves of it, down to 10 s or so. */
  readonly longestGapMs: number;
  /** Calls at once after each idle time. */
  readonly gapCalls: number;
  /** The rates double from the first that is at least the least, up to the most. */
  readonly leastPerSecond: number;
  readonly mostPerSecond: number;
  readonly rateMs: number;
  /** How long the rate that saturates the service is held: longer than it lets a request wait. */
  readonly holdMs: number;
  /** How long it is watched after all. */
  readonly watchMs: number;
}

/** One run of a probe. */
export interface ProbeStep {
  /** Its folder: `1-lone`, `5-rate-16`. */
  readonly name: string;
  readonly part: ProbePart;
  readonly does: string;
  /** Made only if a rate before saturated (or, of a rate, did not saturate) the service. */
  readonly only?: 'until-saturated' | 'when-saturated';
  /** Of a rate. */
  readonly perSecond?: number;
  readonly atMs: Float64Array;
  readonly durationMs: number;
}

/** The runs of a probe, at most. The step that holds the saturating rate is planned for the highest one. */
export function planProbe(size: ProbeSize, parts: readonly ProbePart[], seed: number): readonly ProbeStep[] {
  const all: readonly ProbeStep[] = [lone(size), starts(size), burst(size), gaps(size), ...rates(size, seed), hold(size, size.mostPerSecond, seed), watch(size)]; // prettier-ignore
  return all.filter(({ part }) => parts.includes(part));
}

function lone({ loneCalls, loneGapMs }: ProbeSize): ProbeStep {
  return step('1-lone', 'lone', 'calls one after the other: service time and network', Float64Array.from({ length: loneCalls }, (_, i) => i * loneGapMs), loneCalls * loneGapMs); // prettier-ignore
}

/** One call more at once than the time before: where each has an instance of its own, one new instance starts. */
function starts({ starts: count, startGapMs }: ProbeSize): ProbeStep {
  const atMs = Array.from({ length: count }, (_, i) => Array.from({ length: i + 1 }, () => i * startGapMs)).flat();
  return step('2-starts', 'starts', 'one call more at once each time: single cold starts', Float64Array.from(atMs), count * startGapMs); // prettier-ignore
}

function burst({ burst: count, startGapMs }: ProbeSize): ProbeStep {
  const atMs = Float64Array.from({ length: count }, (_, i) => (i * BURST_MS) / count);
  return step('3-burst', 'burst', 'many calls at once: rate of starts, queue in front', atMs, Math.max(BURST_MS, startGapMs)); // prettier-ignore
}

/** Slow enough for a sender, and far below any cold start. */
const BURST_MS = 200;

function gaps({ longestGapMs, gapCalls }: ProbeSize): ProbeStep {
  const lengths = [longestGapMs];
  while ((lengths[0] as number) >= 2 * SHORTEST_GAP_MS) lengths.unshift((lengths[0] as number) / 2);
  let nowMs = 0;
  const visits = [0, ...lengths.map((ms) => (nowMs += ms))];
  const atMs = Float64Array.from(visits.flatMap((ms) => Array.from({ length: gapCalls }, () => ms)));
  return step('4-gaps', 'gaps', 'ever longer idle times: how long an instance is kept', atMs, nowMs + SHORTEST_GAP_MS);
}

const SHORTEST_GAP_MS = 9000;

function rates({ leastPerSecond, mostPerSecond, rateMs }: ProbeSize, seed: number): readonly ProbeStep[] {
  const all = [mostPerSecond];
  while ((all[0] as number) >= 2 * leastPerSecond) all.unshift((all[0] as number) / 2);
  return all.map((perSecond): ProbeStep => {
    const name = `5-rate-${String(Number(perSecond.toPrecision(4)))}`;
    const arrivals = poisson(perSecond, rateMs, `${String(seed)} ${name}`);
    return { ...step(name, 'rates', `${ratePhrase(perSecond)}, until the service is saturated`, arrivals, rateMs), only: 'until-saturated', perSecond }; // prettier-ignore
  });
}

/** The step that holds a saturating rate. */
export function hold({ holdMs }: ProbeSize, perSecond: number, seed: number): ProbeStep {
  const atMs = poisson(perSecond, holdMs, `${String(seed)} hold`);
  return { ...step('6-hold', 'rates', `${ratePhrase(perSecond)}, held: limit on waiting, work on requests given up`, atMs, holdMs), only: 'when-saturated', perSecond }; // prettier-ignore
}

function ratePhrase(perSecond: number): string {
  return `${String(Number(perSecond.toPrecision(3)))}/s`;
}

/** Few calls, so that the readings of the capacity go on. */
function watch({ watchMs }: ProbeSize): ProbeStep {
  return step('7-watch', 'watch', 'hardly a call: scale-in', Float64Array.from([0, watchMs]), watchMs);
}

function step(name: string, part: ProbePart, does: string, atMs: Float64Array, durationMs: number): ProbeStep {
  return { name, part, does, atMs, durationMs };
}

function poisson(perSecond: number, lengthMs: number, seed: string): Float64Array {
  const random = seededRandom(seed);
  const atMs: number[] = [0];
  for (let ms = 0; ;) {
    ms += (random.exponential() * 1000) / perSecond;
    if (ms >= lengthMs) return Float64Array.from(atMs);
    atMs.push(ms);
  }
}
