import { UserError } from '../errors.js';
import { parseThresholds } from '../gate/parse-threshold.js';
import { meets, type Threshold } from '../gate/threshold.js';
import type { Draw, DrawNumber } from './draw.js';

/** What is asked of a system, as it can be judged by the numbers of a draw. */
export interface Slo {
  readonly text: string;
  readonly number: DrawNumber;
  readonly threshold: Threshold;
}

/** The metrics that a draw knows, by the names of report.json. */
const NUMBERS: Readonly<Record<string, DrawNumber>> = {
  'response.mean': 'meanMs',
  'response.p(50)': 'p50Ms',
  'response.p(99)': 'p99Ms',
  'all.p(50)': 'allP50Ms',
  'all.p(99)': 'allP99Ms',
  success: 'successRatio',
  'cost.total': 'usdWithRequestFee',
  'coldStarts.count': 'coldStarts',
  'coldStarts.mean': 'coldMeanMs',
};

/** Reads `--slo`. Throws `UserError` for what `--threshold` does not know, or no prediction can judge. */
export function parseSlo(texts: readonly string[]): readonly Slo[] {
  return parsed(texts).map((threshold) => {
    const name = threshold.text.split(/[<>]/, 1)[0] ?? '';
    const number = Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : undefined;
    if (number === undefined)
      throw new UserError(
        `--slo '${threshold.text}': a prediction knows ${Object.keys(NUMBERS).join(', ')}; give one of them`,
      );
    return { text: threshold.text, number, threshold };
  });
}

function parsed(texts: readonly string[]): readonly Threshold[] {
  try {
    return parseThresholds(texts);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    throw new UserError(thrown.message.replace(/^--threshold/, '--slo'));
  }
}

/** Whether a draw meets all of them. A number that does not exist meets nothing, but no cold start is no slow one. */
export function meetsSlo(draw: Draw, slo: readonly Slo[]): boolean {
  return slo.every(({ number, threshold }) => {
    const value = draw[number];
    if (number === 'coldMeanMs' && Number.isNaN(value)) return true;
    return Number.isFinite(value) && meets(threshold, value);
  });
}

/** In which share of the draws all are met; NaN without draws. */
export function shareMeeting(draws: readonly Draw[], slo: readonly Slo[]): number {
  return draws.filter((draw) => meetsSlo(draw, slo)).length / draws.length;
}
