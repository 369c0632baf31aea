import type { ColumnSpec, ColumnType } from '../trace.js';
import { epochUnit, type CountUnit } from './counted-time.js';
import type { FieldRow } from './field-row.js';
import type { FormatOptions, Head, ImportFormat, OpenedFormat, RowSource } from './import-format.js';
import type { Intake } from './intake.js';

/** A column of the source that is kept: its name there and in the trace. */
export interface KeptColumn {
  readonly from: string;
  readonly as: string;
  readonly type: ColumnType;
  /** Numbers are multiplied by this: a duration in s becomes ms. */
  readonly times?: number;
  /** The value of this column goes before, with a slash: the text is unique only within it. */
  readonly within?: string;
}

/** A table in which each row is an arrival. */
export interface EventTable {
  readonly name: string;
  readonly title: string;
  readonly rows: RowSource;
  readonly names?: readonly string[];
  /** Columns that the source must have, by which it is recognised; those of `names` where the source has no names. */
  readonly must: readonly string[];
  /** Columns that it must not have, as those of a newer format. */
  readonly mustNot?: readonly string[];
  readonly time: string;
  readonly unit: CountUnit | 'date';
  /** The time is the end of the request, whose duration stands in this column. */
  readonly endsAfter?: { readonly column: string; readonly unit: CountUnit };
  readonly columns: readonly KeptColumn[];
  /** Whether a row is of a request that failed; gets the positions of the columns by name. */
  readonly failed?: (row: FieldRow, at: (name: string) => number) => boolean;
  readonly times: string;
  readonly traps?: string;
  readonly calendar?: boolean;
  readonly notes?: readonly string[];
  readonly recognises?: (head: Head) => boolean;
}

/** The format of such a table. */
export function eventFormat(table: EventTable): ImportFormat {
  const { name, title, rows, must, times, traps } = table;
  const names = rows === 'json' ? namesOf(table) : table.names;
  return {
    ...{ name, title, rows, times, calendar: table.calendar ?? table.unit === 'date' },
    ...(names === undefined ? {} : { names }),
    ...(traps === undefined ? {} : { traps }),
    expects:
      rows === 'json' ? `JSON objects with ${must.join(', ')}` : `a header row with the columns ${must.join(', ')}`,
    recognises: table.recognises ?? ((head) => hasColumns(head, must, table.mustNot)),
    open: (header, options) => openTable(table, header, options),
  };
}

/** All keys of JSON objects that are read: some objects lack some. */
function namesOf({ time, endsAfter, columns, must }: EventTable): readonly string[] {
  return [
    ...new Set([
      ...must,
      time,
      ...(endsAfter === undefined ? [] : [endsAfter.column]),
      ...columns.map(({ from }) => from),
    ]),
  ];
}

/** Whether the head names all of `must` and none of `mustNot`. */
export function hasColumns(
  { header, object }: Head,
  must: readonly string[],
  mustNot: readonly string[] = [],
): boolean {
  const known = object === undefined ? header : Object.keys(object);
  return must.every((name) => known.includes(name)) && !mustNot.some((name) => known.includes(name));
}

function openTable(table: EventTable, header: readonly string[], options: FormatOptions): OpenedFormat | string {
  const missing = table.must.find((name) => table.names === undefined && !header.includes(name));
  if (missing !== undefined) return `it has no column ${missing}`;
  const kept = [
    ...table.columns.filter(({ from }) => header.includes(from)),
    ...furtherColumns(header, options, table.columns),
  ];
  const at = (name: string): number => header.indexOf(name);
  const [timeAt, endsAt] = [at(table.time), at(table.endsAfter?.column ?? '')];
  const used = [
    table.time,
    ...(table.endsAfter === undefined ? [] : [table.endsAfter.column]),
    ...kept.map(({ from }) => from),
  ];
  return {
    columns: kept.map(({ as, type }): ColumnSpec => ({ name: as, type })),
    used,
    notes: table.notes ?? [],
    start(intake) {
      const setters = kept.map((column, i) => setterOf(column, i, at(column.from), at(column.within ?? '')));
      const { unit, endsAfter, failed } = table;
      return (row) => {
        if (failed?.(row, at) === true && intake.failed()) return;
        const isTime = unit === 'date' ? row.date(timeAt, intake.stamp) : row.time(timeAt, unit, intake.stamp);
        if (!isTime) {
          badTime(intake, row, timeAt, table.time);
          return;
        }
        for (const set of setters) set(row, intake);
        intake.arrival(row.place, endsAfter === undefined ? 0 : durationNs(row, endsAt, endsAfter.unit));
      };
    },
  };
}

/** The columns of `--keep`. */
export function furtherColumns(
  header: readonly string[],
  { keep, samples }: FormatOptions,
  own: readonly KeptColumn[] = [],
): readonly KeptColumn[] {
  return keep
    .filter(({ from, as }) => header.includes(from) && !own.some((column) => column.as === as))
    .map(({ from, as, type }) => ({ from, as, type: type ?? typeOfColumn(as, samples(from)) }));
}

const TYPES: Readonly<Record<string, ColumnType>> = {
  ...{ inputTokens: 'number', outputTokens: 'number', turn: 'number', durationMs: 'number' },
  ...{ prefixBlocks: 'numbers', session: 'text', model: 'text', functionId: 'text' },
};

/** The type of a column: that of its name in the trace format, else of numbers or booleans where its first values all are. */
export function typeOfColumn(name: string, samples: readonly string[]): ColumnType {
  const known = TYPES[name];
  if (known !== undefined || samples.length === 0) return known ?? 'text';
  if (samples.every((text) => /^[+-]?(\d{1,15}|\d*[.,]\d+)$/.test(text) && !/^0\d/.test(text))) return 'number';
  return samples.every((text) => /^(true|false)$/i.test(text)) ? 'boolean' : 'text';
}

export type Setter = (row: FieldRow, intake: Intake) => void;

export function setterOf({ type, times = 1 }: KeptColumn, column: number, at: number, withinAt = -1): Setter {
  if (type === 'number')
    return (row, intake) => {
      const value = row.number(at);
      intake.number(column, times === 1 ? value : exactly(value * times));
    };
  if (type === 'numbers')
    return (row, intake) => {
      intake.list(column, row.numbers(at));
    };
  if (type === 'boolean')
    return (row, intake) => {
      const text = row.text(at);
      if (text !== undefined) intake.flag(column, /^(true|1|yes)$/i.test(text));
    };
  if (withinAt >= 0)
    return (row, intake) => {
      intake.text(column, `${row.text(withinAt) ?? ''}/${row.text(at) ?? ''}`);
    };
  return (row, intake) => {
    intake.text(column, row.text(at));
  };
}

/** 0.134 s are 134 ms, not 134.00000000000003. */
function exactly(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

export function durationNs(row: FieldRow, at: number, unit: CountUnit): number {
  const value = row.number(at);
  return Number.isNaN(value) ? 0 : Math.round(value * NS_PER[unit]);
}

const NS_PER: Readonly<Record<CountUnit, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

export function badTime(intake: Intake, row: FieldRow, at: number, name: string): void {
  const text = row.text(at);
  intake.bad(
    row.place,
    text === undefined ? `it has no ${name}` : `${name}: ${JSON.stringify(text.slice(0, 60))} is no time`,
  );
}

/** The unit of numbers that count time: as given, by the end of the column's name, or by their size where they count from 1970. */
export function unitOf(name: string, first: number, given: CountUnit | undefined): CountUnit | undefined {
  if (given !== undefined) return given;
  const [, ending] =
    /(?:[_\s-]|\b|(?<=[a-z])(?=[A-Z]))(ms|us|ns|s|sec|seconds|millis|milliseconds|micros|microseconds|nanos|nanoseconds|Ms|Us|Ns)$/.exec(
      name,
    ) ?? [];
  if (ending !== undefined) return ENDINGS[ending.toLowerCase()];
  return epochUnit(first);
}

const ENDINGS: Readonly<Record<string, CountUnit>> = {
  ...{ s: 's', sec: 's', seconds: 's' },
  ...{ ms: 'ms', millis: 'ms', milliseconds: 'ms' },
  ...{ us: 'us', micros: 'us', microseconds: 'us' },
  ...{ ns: 'ns', nanos: 'ns', nanoseconds: 'ns' },
};
