import type { Random } from '../generator/random.js';
import type { ColumnSpec, ColumnType } from '../trace.js';
import type { CountUnit } from './counted-time.js';
import type { FieldRow } from './field-row.js';
import type { Intake } from './intake.js';

/** How a source is cut into rows. */
export type RowSource =
  /** Comma, semicolon or tab between fields; quotes; the first row names the columns, unless the format does. Parquet too. */
  | 'table'
  /** Spaces between fields, quotes and brackets around those that hold spaces: access logs. */
  | 'log'
  /** Tabs between fields, and a line `#Fields:` with their names. */
  | 'w3c'
  /** A JSON object on each line, or a JSON array of them. */
  | 'json'
  /** One JSON object that holds the list of entries. */
  | 'document'
  /** Lines of text. */
  | 'lines';

/** The beginning of a source, on which formats recognise their own. */
export interface Head {
  /** Up to 50 lines that are not blank, without their ends. */
  readonly lines: readonly string[];
  /** The fields of the first line, as a table. */
  readonly header: readonly string[];
  /** The first JSON object; undefined: it does not begin with one. */
  readonly object: Readonly<Record<string, unknown>> | undefined;
  readonly isParquet: boolean;
}

/** What the user says of the source; all of it is for formats that leave it open. */
export interface FormatOptions {
  readonly timeColumn?: string;
  readonly unit?: CountUnit;
  /** Keeps the duration, ms, where the format has none of its own. */
  readonly durationColumn?: string;
  /** The stamps are the ends of requests, or their starts. */
  readonly stamp?: 'start' | 'end';
  /** Further columns to keep: the name in the source, and the name in the trace. */
  readonly keep: readonly { readonly from: string; readonly as: string; readonly type?: ColumnType }[];
  /** The first values of a column of the source. */
  readonly samples: (name: string) => readonly string[];
  /** Also makes payloads of the requests that the source has. */
  readonly requests: boolean;
  readonly payloadColumn?: string;
  /** The name of the file, from which some formats know their window; empty for standard input. */
  readonly fileName: string;
  readonly random: Random;
}

/** A format opened on the columns of a source. */
export interface OpenedFormat {
  readonly columns: readonly ColumnSpec[];
  /** Names of the columns of the source that are used. */
  readonly used: readonly string[];
  /** Sentences for the user about this source. */
  readonly notes: readonly string[];
  /** Gives the function that takes each row. */
  start(intake: Intake): (row: FieldRow) => void;
}

/** A format of recorded traffic. One file in `formats/` and one row in the registry for each. */
export interface ImportFormat {
  readonly name: string;
  /** What it is, for people: `Azure Functions 2021`. */
  readonly title: string;
  readonly rows: RowSource;
  /** The names of its columns, where the source does not have them. */
  readonly names?: readonly string[];
  /** What its beginning looks like, as a part of an error: `a header row app,func,end_timestamp,duration`. */
  readonly expects: string;
  /** Where its times come from, and their unit, for the page on formats. */
  readonly times: string;
  /** What a user has to know of its numbers. */
  readonly traps?: string;
  /** Whether its times are moments of the calendar: then the first one is 0, else the start of the source is. */
  readonly calendar: boolean;
  recognises(head: Head): boolean;
  /** A text: what is wrong with these columns, and what to do. */
  open(header: readonly string[], options: FormatOptions): OpenedFormat | string;
}
