import { gammaVariate } from '../../generator/gamma.js';
import type { Random } from '../../generator/random.js';
import { weibullVariate } from '../../generator/weibull.js';
import { checkWindow } from '../check-window.js';
import type { FieldRow } from '../field-row.js';
import type { Head, ImportFormat } from '../import-format.js';
import type { Intake } from '../intake.js';

const NAMES = ['start', 'rate', 'cv', 'family', 'shape', 'scale'];
const WINDOW_S = 600;
const LINE = /^\d+(\.\d+)?,[\d.eE+-]+,[^,]*,(Weibull|Gamma|Exponential|Expon)?,[^,]*,[^,]*$/i;

/** A file holds the windows of one client: how many requests, and the law of their gaps. */
export const serveGen: ImportFormat = {
  name: 'servegen',
  title: 'ServeGen (Alibaba), chunk-i-trace.csv of one client',
  rows: 'table',
  names: NAMES,
  expects: 'rows window start, rate, cv, family, two parameters, without a header',
  times:
    'a rate per window of 600 s: as many arrivals as it says, with gaps of the named family (Weibull, gamma, exponential) and shape',
  traps:
    'arrivals are made, with `--seed`; a file is one client: `trace superpose` lays several together; an empty family is a window without requests',
  calendar: false,
  recognises: ({ lines }: Head) => lines.length > 0 && lines.slice(0, 5).every((line) => LINE.test(line.trim())),
  open: (_, { random }) => ({
    columns: [],
    used: NAMES,
    notes: [],
    start: (intake) => (row) => {
      take(row, intake, random);
    },
  }),
};

function take(row: FieldRow, intake: Intake, random: Random): void {
  const [startSec, rate, shape] = [row.number(0), row.number(1), row.number(4)];
  const family = (row.text(3) ?? '').toLowerCase();
  if (!(startSec >= 0 && rate >= 0)) {
    intake.bad(row.place, 'window start or rate is no number');
    return;
  }
  intake.counts.rows++;
  const count = Math.round(rate * WINDOW_S);
  checkWindow(count, intake.fault);
  const gaps = Float64Array.from({ length: count + 1 }, () => gapOf(family, shape, random));
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  let at = 0;
  for (let i = 0; i < count; i++) {
    at += gaps[i] as number;
    intake.made(startSec, Math.floor((at / total) * WINDOW_S * 1e6) * 1000);
  }
  intake.lastWindowSec = Math.max(Number.isNaN(intake.lastWindowSec) ? 0 : intake.lastWindowSec, startSec + WINDOW_S);
}

/** Of any scale, for the count of a window fixes their sum. */
function gapOf(family: string, shape: number, random: Random): number {
  if (family === 'weibull' && shape > 0) return weibullVariate(shape, random);
  if (family === 'gamma' && shape > 0) return gammaVariate(shape, random);
  return random.exponential();
}
