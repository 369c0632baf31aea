import { UserError } from '../errors.js';
import { parseThresholds } from '../gate/parse-threshold.js';
import { meets, type Threshold } from '../gate/threshold.js';
import type { Draw } from './draw.js';

/** What is asked of a system, as it can be judged by the numbers of a draw. */
export interface Slo {
  readonly text: string;
  readonly threshold: Threshold;
  /** The number that is judged. NaN: there is none; Infinity: a latency among requests that fail. */
  readonly of: (draw: Draw) => number;
  /** A percentile that the draws have to hold. */
  readonly p?: number;
  /** A number that a draw need not have: without cold starts none is slow. */
  readonly orNone?: true;
}

type Judged = Pick<Slo, 'of' | 'p' | 'orNone'>;

const PERCENTILE = /^(response|all)\.p\((\d+(?:\.\d+)?)\)$/;

/** Of all requests, those that failed counted as infinitely slow. */
function amongAll(of: (draw: Draw) => number): (draw: Draw) => number {
  return (draw) => (draw.successRatio === 1 ? of(draw) : Infinity);
}

/** The metrics that a draw knows besides percentiles, by the names of report.json. */
const JUDGED: Readonly<Record<string, Judged>> = {
  'response.mean': { of: ({ meanMs }) => meanMs },
  'response.min': { of: ({ minMs }) => minMs },
  'response.max': { of: ({ maxMs }) => maxMs },
  'response.stdev': { of: ({ sdMs }) => sdMs },
  'response.count': { of: ({ requests, successRatio }) => requests * successRatio },
  'all.mean': { of: amongAll(({ meanMs }) => meanMs) },
  'all.min': { of: ({ minMs }) => minMs },
  'all.max': { of: amongAll(({ maxMs }) => maxMs) },
  'all.stdev': { of: amongAll(({ sdMs }) => sdMs) },
  'all.count': { of: ({ requests }) => requests },
  success: { of: ({ successRatio }) => successRatio },
  'cost.total': { of: ({ usdWithRequestFee }) => usdWithRequestFee },
  'cost.perMillionRequests': { of: ({ usdWithRequestFee, requests }) => (usdWithRequestFee / requests) * 1e6 },
  'cost.perMillionSuccesses': {
    of: ({ usdWithRequestFee, requests, successRatio }) => (usdWithRequestFee / (requests * successRatio)) * 1e6,
  },
  'coldStarts.count': { of: ({ coldStarts }) => coldStarts },
  'coldStarts.mean': { of: ({ coldMeanMs }) => coldMeanMs, orNone: true },
  instances: { of: ({ peak }) => peak },
};

/** Why a metric of `--threshold` cannot be predicted; the first that its name begins with. */
const REASONS: readonly (readonly [start: string, why: string])[] = [
  ['service.', 'a draw holds latency from the due time, not from the moment of sending; ask for response or all'],
  ['lateness.', 'it is about the sender of a run, and nothing is sent for a prediction'],
  ['connectionWait.', 'it is about the sender of a run, and nothing is sent for a prediction'],
  ['handshake.', 'it is about the sender of a run, and nothing is sent for a prediction'],
  ['receiveUncertainty.', 'it is about the sender of a run, and nothing is sent for a prediction'],
  ['unsent', 'it is about the sender of a run, and nothing is sent for a prediction'],
  ['failures.', 'a draw counts failures of all kinds together; ask for failures'],
  ['cost.', 'a draw holds the whole bill; ask for cost.total, cost.perMillionRequests or cost.perMillionSuccesses'],
  ['coldStarts.', 'a draw holds the number and the mean of cold starts; ask for coldStarts.count or coldStarts.mean'],
  ['', 'it is a number that a backend or a collector of a run reports, and nothing is sent for a prediction'],
];

/** Reads `--slo`. Throws `UserError` for what `--threshold` does not know, or no prediction can judge. */
export function parseSlo(texts: readonly string[]): readonly Slo[] {
  return parseThresholds(texts).map((threshold) => {
    const name = threshold.text.split(/[<>]/, 1)[0] ?? '';
    return { text: threshold.text, threshold, ...judgedBy(name, threshold) };
  });
}

/** The percentiles that draws have to hold for it. */
export function askedPercentiles(slo: readonly Slo[]): readonly number[] {
  return [...new Set(slo.flatMap(({ p }) => (p === undefined ? [] : [p])))].sort((a, b) => a - b);
}

function judgedBy(name: string, { text, unit }: Threshold): Judged {
  const [, of, digits] = PERCENTILE.exec(name) ?? [];
  if (of !== undefined) {
    const p = Number(digits);
    return { p, of: ({ percentiles }) => percentileOf(percentiles, p)[of === 'all' ? 'allMs' : 'responseMs'] };
  }
  if (name === 'failures')
    return { of: ({ requests, successRatio }) => (1 - successRatio) * (unit === 'share' ? 1 : requests) };
  const judged = Object.hasOwn(JUDGED, name) ? JUDGED[name] : undefined;
  if (judged !== undefined) return judged;
  const [, why = ''] = REASONS.find(([start]) => name.startsWith(start)) ?? [];
  throw new UserError(`threshold '${text}' cannot be predicted: ${why}`);
}

function percentileOf(percentiles: Draw['percentiles'], p: number): Draw['percentiles'][number] {
  const found = percentiles.find((one) => one.p === p);
  if (found === undefined) throw new Error(`the draws hold no percentile ${String(p)}`);
  return found;
}

/** Whether a draw meets all of them. A number that does not exist meets nothing, but no cold start is no slow one. */
export function meetsSlo(draw: Draw, slo: readonly Slo[]): boolean {
  return slo.every(({ of, threshold, orNone }) => {
    const value = of(draw);
    if (orNone === true && Number.isNaN(value)) return true;
    return Number.isFinite(value) && meets(threshold, value);
  });
}

/** In which share of the draws all are met; NaN without draws. */
export function shareMeeting(draws: readonly Draw[], slo: readonly Slo[]): number {
  return draws.filter((draw) => meetsSlo(draw, slo)).length / draws.length;
}
