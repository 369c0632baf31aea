import type { Head, ImportFormat } from '../import-format.js';

const SECOND_NS = 1_000_000_000;

/** The sum is kept as whole ns, so that a million gaps do not add up a million roundings. */
export const gaps: ImportFormat = {
  name: 'gaps',
  title: 'a gap on each line (MArK, BATCH)',
  rows: 'lines',
  expects: 'a number of seconds on each line and nothing else',
  times: 'the sum of the gaps so far, s; the first gap comes before the first arrival',
  calendar: false,
  recognises: ({ lines }: Head) =>
    lines.length >= 2 && lines.every((line) => /^\s*\d*\.?\d+(e[+-]?\d+)?\s*$/i.test(line)) && !areStamps(lines),
  open: (_, { unit = 's' }) => ({
    columns: [],
    used: ['line'],
    notes: [],
    start(intake) {
      const { stamp } = intake;
      let [sec, ns] = [0, 0];
      return (row) => {
        if (!row.time(0, unit, stamp) || stamp.sec < 0) {
          intake.bad(row.place, `${JSON.stringify((row.text(0) ?? '').slice(0, 60))} is no gap in ${unit}`);
          return;
        }
        ns += stamp.ns;
        sec += stamp.sec + Math.floor(ns / SECOND_NS);
        ns %= SECOND_NS;
        stamp.sec = sec;
        stamp.ns = ns;
        intake.arrival(row.place);
      };
    },
  }),
};

/** Numbers that never decrease, and are many, are times, not gaps. */
function areStamps(lines: readonly string[]): boolean {
  const numbers = lines.map(Number);
  return lines.length >= 8 && numbers.every((value, i) => i === 0 || value >= (numbers[i - 1] ?? 0));
}
