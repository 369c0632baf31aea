import { counted } from '../text/counted.js';
import type { IdcPoint } from './idc-curve.js';
import type { Inspection } from './inspect.js';
import { lengthText, numberText, percentText } from './length-text.js';

/** What the traffic is like, in sentences. */
export function describe(inspection: Inspection): string[] {
  return [
    load(inspection),
    ...stampsOf(inspection),
    ...variation(inspection),
    ...dailyOf(inspection),
    ...presetOf(inspection),
    ...coldStarts(inspection),
  ];
}

function load({ arrivals, durationMs, meanPerSecond, peaks, peakToMean }: Inspection): string {
  const mean = `${numberText(arrivals)} ${arrivals === 1 ? 'arrival' : 'arrivals'} in ${lengthText(durationMs)}, ${numberText(meanPerSecond)}/s on average`;
  const [peak] = peaks;
  if (peak === undefined || peakToMean === null) return `${mean}.`;
  return `${mean}; the busiest second has ${numberText(peak.count)} (${numberText(peakToMean)} times the mean).`;
}

function stampsOf({
  stamps: { resolutionMs, coarse, duplicates, expectedDuplicates, mostAtOnce },
  arrivals,
}: Inspection): string[] {
  if (coarse && resolutionMs !== null)
    return [
      `The times are whole multiples of ${lengthText(resolutionMs)}, so ${percentText(duplicates / arrivals)} of the arrivals share their time with another: what is said of gaps and of windows shorter than ${lengthText(10 * resolutionMs)} is about the stamps, not the traffic.`,
    ];
  if (duplicates > 10 && duplicates > 3 * expectedDuplicates)
    return [
      `${numberText(duplicates)} arrivals come at the very time of another (up to ${numberText(mostAtOnce)} at once): requests that come together, or times that were rounded.`,
    ];
  return [];
}

/** Points below it are shaped by rounded stamps. */
function trustedPoints({ idc, stamps: { coarse, resolutionMs } }: Inspection): readonly IdcPoint[] {
  return idc.filter(({ windowMs, windows }) => windows >= 8 && (!coarse || windowMs >= 10 * (resolutionMs ?? 0)));
}

function variation(inspection: Inspection): string[] {
  const points = trustedPoints(inspection);
  const { gaps, arrivals } = inspection;
  if (gaps === null || arrivals < 50 || points.length === 0)
    return ['There are too few arrivals to say how regular or bursty they are.'];
  const above = points.filter(({ idc, poissonHigh }) => idc > poissonHigh * 1.1);
  const below = points.filter(({ idc, poissonLow }) => idc < poissonLow * 0.9);
  if (above.length < 2 && below.length < 2)
    return ['At every scale the counts vary as those of a Poisson process with a constant rate do.'];
  if (below.length > above.length)
    return [
      `Arrivals are more regular than chance: counts in windows of ${lengthText((below.at(-1) as IdcPoint).windowMs)} vary ${numberText((below.at(-1) as IdcPoint).idc)} times as much as those of a Poisson process.`,
    ];
  return [burstiness(points, above)];
}

/** Up to this index of dispersion, chance explains more than half of how counts vary. */
const LIKE_POISSON = 2;

function burstiness(points: readonly IdcPoint[], above: readonly IdcPoint[]): string {
  const highest = points.reduce((best, point) => (point.idc > best.idc ? point : best));
  const scale = points.find(({ idc }) => idc >= 1 + (highest.idc - 1) / 2) ?? highest;
  const first = above.find(({ idc }) => idc > LIKE_POISSON) ?? highest;
  const short = first.windowMs > 10 ? `In windows shorter than ${lengthText(first.windowMs)} arrivals are much like Poisson; in longer ones` : 'Traffic is bursty at every scale:'; // prettier-ignore
  const ends = highest === points.at(-1) ? 'the rate still changes at the longest scale that can be seen' : 'the rate changes on that scale, and not on longer ones'; // prettier-ignore
  return `${short} counts vary up to ${numberText(highest.idc)} times as much (${lengthText(highest.windowMs)}), half of that by ${lengthText(scale.windowMs)}: ${ends}.`;
}

function dailyOf({ daily }: Inspection): string[] {
  if (daily === null) return [];
  const { chance, explained, hours } = daily;
  if (chance > 0.02 || explained < 0.1) return ['The hour of the day makes no difference that stands out.'];
  const [least, most] = [Math.min(...hours), Math.max(...hours)];
  const ratio = least > 0 ? `${numberText(most / least)} times as many as` : 'against none in';
  return [
    `The hour of the day explains ${percentText(explained)} of how hourly counts vary: hour ${String(hours.indexOf(most))} from the start has ${ratio} hour ${String(hours.indexOf(least))}.`,
  ];
}

function presetOf({ likeness }: Inspection): string[] {
  if (likeness === null) return [];
  const { preset, resembles, distance } = likeness;
  return resembles
    ? [`It resembles the preset ${preset}.`]
    : [
        `No preset is like it; the nearest is ${preset}, which differs by a factor of ${numberText(Math.exp(distance))} on average.`,
      ];
}

function coldStarts({ longGaps, concurrency: { pools, most, serviceMs }, gaps, arrivals }: Inspection): string[] {
  const long = longGaps.filter(({ count }) => count > 0);
  const longest = gaps?.longest[0]?.lengthMs ?? 0;
  const idle =
    long.length === 0
      ? `No gap is longer than ${longest > 0 ? lengthText(longest) : '5min'}, so one instance that is kept for 5 min is never lost`
      : `${long.map(({ aboveMs, count }) => `${counted(count, 'gap')} above ${lengthText(aboveMs)}`).join(', ')}: each lets every instance with a shorter idle lifetime end`; // prettier-ignore
  return [
    `${idle}. At ${lengthText(serviceMs)} a request up to ${counted(most, 'request')} overlap; without queues ${coldText(pools, arrivals)}.`,
  ];
}

function coldText(pools: Inspection['concurrency']['pools'], arrivals: number): string {
  const share = (count: number): string => `${numberText(count)} (${percentText(count / arrivals)})`;
  const [first] = pools;
  if (first !== undefined && pools.every(({ coldStarts: count }) => count === first.coldStarts))
    return `${share(first.coldStarts)} would start cold, at any idle lifetime from ${lengthText(first.idleLifetimeMs)} on`;
  const each = pools.map((pool) => `${share(pool.coldStarts)} at ${lengthText(pool.idleLifetimeMs)}`);
  return `${each.join(', ')} of idle lifetime would start cold`;
}
