import { epochUnit, type CountUnit } from '../counted-time.js';
import {
  badTime,
  durationNs,
  furtherColumns,
  setterOf,
  typeOfColumn,
  unitOf,
  type KeptColumn,
} from '../event-format.js';
import type { FieldRow } from '../field-row.js';
import type { FormatOptions, Head, ImportFormat, OpenedFormat } from '../import-format.js';
import type { Intake } from '../intake.js';

/** Names that columns of times have, the surest first. */
const TIME_NAMES = [
  ...[
    'at_ms',
    'at_s',
    'timestamp',
    '@timestamp',
    'time',
    'ts',
    'datetime',
    'date_time',
    'start_time',
    'starttime',
    'start',
  ],
  ...[
    'request_time',
    'requested_at',
    'created_at',
    'createdat',
    'arrival_time',
    'arrival',
    'arrived_at',
    'event_time',
    'date',
  ],
];

/** Columns under the names of others that mean one of the trace format. */
const KNOWN: Readonly<Record<string, string>> = {
  ...{
    input_tokens: 'inputTokens',
    prompt_tokens: 'inputTokens',
    inputtokens: 'inputTokens',
    input_length: 'inputTokens',
  },
  ...{
    output_tokens: 'outputTokens',
    completion_tokens: 'outputTokens',
    outputtokens: 'outputTokens',
    output_length: 'outputTokens',
  },
  ...{ session: 'session', session_id: 'session', sessionid: 'session', turn: 'turn', model: 'model' },
  ...{ function: 'functionId', function_id: 'functionId', functionid: 'functionId', func: 'functionId' },
  ...{ duration_ms: 'durationMs', durationms: 'durationMs', prefixblocks: 'prefixBlocks', hash_ids: 'prefixBlocks' },
};

/** Any table or JSON lines with a column of times. */
export const table: ImportFormat = {
  name: 'table',
  title: 'a table with a column of times (CSV, TSV, JSON lines, Parquet)',
  rows: 'table',
  expects: 'a header row with a column of times, such as timestamp; name it with --time-column',
  times:
    'a date and time of day, or a number: since 1970, or with --unit (or a name such as `start_us`) since the start',
  traps: 'columns are kept where their name is one of the trace format, such as `input_tokens`, or with `--keep`',
  calendar: true,
  recognises: ({ header, object, isParquet }: Head) =>
    isParquet || timeNameIn(object === undefined ? header : Object.keys(object)) !== undefined,
  open,
};

/** The same with a JSON object on each line. */
export const jsonLines: ImportFormat = {
  ...table,
  name: 'jsonl',
  title: 'JSON lines with a key of times',
  rows: 'json',
};

function open(header: readonly string[], options: FormatOptions): OpenedFormat | string {
  const time = options.timeColumn ?? timeNameIn(header);
  if (time === undefined) return `its columns are ${listed(header)}; name the one with the times: --time-column NAME`;
  for (const name of [time, options.durationColumn, options.payloadColumn, ...options.keep.map(({ from }) => from)])
    if (name !== undefined && !header.includes(name))
      return `it has no column ${name}; its columns are ${listed(header)}`;
  if (options.stamp === 'end' && options.durationColumn === undefined)
    return '--stamp end needs the durations; name their column with --duration-column';
  const kept = keptColumns(header, time, options);
  const more = [options.durationColumn, options.payloadColumn].filter((name) => name !== undefined);
  return {
    columns: kept.map(({ as, type }) => ({ name: as, type })),
    used: [time, ...more, ...kept.map(({ from }) => from)],
    notes: [],
    start: (intake) => rowTaker(header, time, kept, options, intake),
  };
}

function keptColumns(header: readonly string[], time: string, options: FormatOptions): readonly KeptColumn[] {
  const { durationColumn, samples } = options;
  const kept = [...furtherColumns(header, options)];
  const add = (from: string, as: string, times = 1): void => {
    if (!kept.some((column) => column.as === as || column.from === from))
      kept.push({ from, as, type: typeOfColumn(as, samples(from)), times });
  };
  if (durationColumn !== undefined) add(durationColumn, 'durationMs', MS_PER[durationUnit(durationColumn)]);
  for (const name of header) {
    const as = KNOWN[name.toLowerCase()];
    if (as !== undefined && name !== time && name !== options.payloadColumn) add(name, as);
  }
  return kept;
}

const MS_PER: Readonly<Record<CountUnit, number>> = { s: 1000, ms: 1, us: 0.001, ns: 1e-6 };

/** Seconds, unless its name says otherwise. */
function durationUnit(name: string): CountUnit {
  return unitOf(name, NaN, undefined) ?? 's';
}

function rowTaker(
  header: readonly string[],
  time: string,
  kept: readonly KeptColumn[],
  options: FormatOptions,
  intake: Intake,
): (row: FieldRow) => void {
  const [timeAt, durationAt, payloadAt] = [time, options.durationColumn, options.payloadColumn].map((name) =>
    name === undefined ? -1 : header.indexOf(name),
  ) as [number, number, number];
  const setters = kept.map((column, i) => setterOf(column, i, header.indexOf(column.from)));
  const unit = options.stamp === 'end' ? durationUnit(options.durationColumn ?? '') : undefined;
  let read: ((row: FieldRow) => boolean) | undefined;
  return (row) => {
    read ??= timeReader(row, timeAt, time, options.unit, intake);
    if (read?.(row) !== true) {
      badTime(intake, row, timeAt, time);
      return;
    }
    for (const set of setters) set(row, intake);
    if (payloadAt >= 0) intake.payload(row.text(payloadAt));
    intake.arrival(row.place, unit === undefined ? 0 : durationNs(row, durationAt, unit));
  };
}

/** How the times of a column are read, as its first value shows; undefined: it is neither a date nor a number of a known unit. */
function timeReader(
  first: FieldRow,
  at: number,
  name: string,
  given: CountUnit | undefined,
  intake: Intake,
): ((row: FieldRow) => boolean) | undefined {
  if (given === undefined && first.date(at, intake.stamp)) return (row) => row.date(at, intake.stamp);
  const value = first.number(at);
  if (Number.isNaN(value)) return undefined;
  const unit = unitOf(name, value, given);
  if (unit === undefined)
    throw intake.fault(
      `column ${name}: ${String(value)} does not count from 1970; say its unit: --unit s, ms, us or ns`,
    );
  const perSec = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 }[unit];
  intake.fromZero = epochUnit(value / perSec) === undefined;
  return (row) => row.time(at, unit, intake.stamp);
}

function timeNameIn(names: readonly string[]): string | undefined {
  const lower = names.map((name) => name.toLowerCase().replace(/(?<!^at)_(ms|s|us|ns)$/, ''));
  const found = TIME_NAMES.find((name) => lower.includes(name));
  return found === undefined ? undefined : names[lower.indexOf(found)];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown}, ...` : shown;
}
