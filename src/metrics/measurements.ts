import { ROWS } from '../collectors/sections.js';
import { printable } from '../errors.js';
import { LABEL_LIMIT, type Ending, type Measurement, type MeasurementRow, type Point } from '../measurement.js';
import type { Progress } from '../progress.js';

/** What is known of a run besides its samples. */
const RUN_ROWS: readonly MeasurementRow[] = [
  {
    name: 'replay.run.info',
    help: 'Which run it is, in its labels run, trace, backend, workers, pacing and version; always 1',
    unit: '1',
    kind: 'gauge',
    read: (progress) => [{ labels: info(progress), value: 1 }],
  },
  {
    name: 'replay.run.elapsed',
    help: 'Time since the first moment of the schedule',
    unit: 's',
    kind: 'gauge',
    read: ({ nowMs }) => Math.max(0, nowMs) / 1000,
  },
  {
    name: 'replay.run.length',
    help: 'Length of the schedule',
    unit: 's',
    kind: 'gauge',
    read: ({ durationMs }) => durationMs / 1000,
  },
  {
    name: 'replay.run.over',
    help: '1 when every answer is in, else 0',
    unit: '1',
    kind: 'gauge',
    read: ({ over }) => (over ? 1 : 0),
  },
  {
    name: 'replay.run.valid',
    help: 'The verdict of the report, 1 or 0; absent before',
    unit: '1',
    kind: 'gauge',
    read: (_progress, ending) => (ending === undefined ? [] : Number(ending.valid)),
  },
  {
    name: 'replay.requests.planned',
    help: 'Requests of the whole run',
    unit: '{request}',
    kind: 'gauge',
    read: ({ planned }) => planned,
  },
  {
    name: 'replay.requests.due',
    help: 'Requests that the schedule wanted sent until now',
    unit: '{request}',
    kind: 'counter',
    read: ({ due }) => due,
  },
  {
    name: 'replay.requests.sent',
    help: 'Requests handed to the backend until now',
    unit: '{request}',
    kind: 'counter',
    read: ({ sent }) => sent,
  },
  {
    name: 'replay.in_flight',
    help: 'Requests handed over and not answered',
    unit: '{request}',
    kind: 'gauge',
    read: ({ inFlight }) => inFlight,
  },
];

/** Every measure: of the run, then of each section that is watched. */
export const MEASUREMENT_ROWS: readonly MeasurementRow[] = [
  ...RUN_ROWS,
  ...ROWS.flatMap(({ watched }) => watched?.measurements ?? []),
];

/** All that is measured during a run. Pure; the same measures, in the same order, at every moment. */
export function measurements(progress: Progress, ending?: Ending): Measurement[] {
  return MEASUREMENT_ROWS.map((row) => measured(row, progress, ending));
}

function measured(row: MeasurementRow, progress: Progress, ending: Ending | undefined): Measurement {
  const { name, help, unit } = row;
  if (row.kind === 'histogram') return { name, help, unit, kind: row.kind, tally: row.read(progress) };
  const read = row.read(progress, ending);
  return { name, help, unit, kind: row.kind, points: typeof read === 'number' ? [{ labels: {}, value: read }] : read };
}

function info({ run }: Progress): Point['labels'] {
  const { id, trace, backend, workers, pacing, version } = run;
  const texts = { run: id, trace, backend, workers: String(workers), pacing, version };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, printable(text, LABEL_LIMIT)]));
}
