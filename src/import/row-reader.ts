import { messageOf } from '../errors.js';
import { counted } from '../text/counted.js';
import type { Fault } from '../trace-file/fault.js';
import { DELIMITERS, DelimitedRows, type Dialect } from './delimited-rows.js';
import type { FieldRow } from './field-row.js';
import type { Head, ImportFormat } from './import-format.js';
import type { Intake } from './intake.js';
import { JsonObjects, pathsOf } from './json-objects.js';
import { JsonRow } from './json-row.js';
import { tableLines, withoutMark } from './read-head.js';

/** Takes the bytes of a source, and gives its rows to a format. */
export interface RowReader {
  push(bytes: Buffer): void;
  end(): void;
}

/** The names of the columns that a source has, as its head shows. */
export function headerOf({ rows, names }: ImportFormat, { header, lines, object }: Head): readonly string[] {
  if (rows === 'json') return [...new Set([...(object === undefined ? [] : pathsOf(object)), ...(names ?? [])])];
  if (rows === 'w3c') return (/^#Fields:\s*(.*)$/im.exec(lines.join('\n'))?.[1] ?? '').trim().split(/\s+/);
  return names ?? (rows === 'table' ? header : ['line']);
}

/** The reader of a source of one format, whose rows go to `take`. */
export function rowReader(
  format: ImportFormat,
  head: Head,
  take: (row: FieldRow) => void,
  intake: Intake,
  fault: Fault,
): RowReader {
  const names = headerOf(format, head);
  if (format.rows === 'json') return jsonReader(names, take, fault);
  if (format.rows === 'document') return documentReader(names, take, fault);
  if (format.rows === 'table') return tableReader(format, head, names, take, intake, fault);
  const dialect: Dialect = DIALECTS[format.rows];
  return withoutMarkOf(new DelimitedRows(dialect, fault, take));
}

const DIALECTS = {
  log: { delimiter: DELIMITERS.space, log: true, comments: true },
  w3c: { delimiter: DELIMITERS.tab, comments: true, quotes: false },
  // No line holds this byte, so each is one field.
  lines: { delimiter: 1, quotes: false },
} as const;

function tableReader(
  format: ImportFormat,
  { lines }: Head,
  names: readonly string[],
  take: (row: FieldRow) => void,
  intake: Intake,
  fault: Fault,
): RowReader {
  const { dialect, sepLine } = tableLines(lines);
  let skip = (sepLine ? 1 : 0) + (format.names === undefined ? 1 : 0);
  const columns = names.length;
  return withoutMarkOf(
    new DelimitedRows(dialect, fault, (row) => {
      if (skip > 0) skip--;
      else if (row.count === columns || format.names !== undefined) take(row);
      else intake.bad(row.place, `it has ${counted(row.count, 'field')}, the header has ${String(columns)}`);
    }),
  );
}

function jsonReader(names: readonly string[], take: (row: FieldRow) => void, fault: Fault): RowReader {
  const row = new JsonRow(names);
  return withoutMarkOf(
    new JsonObjects(fault, (object, line, text) => {
      row.set(object, line, text);
      take(row);
    }),
  );
}

const MOST_DOCUMENT = 256 << 20;

/** The entries of one document: the first list of objects in it that is called `entries`. */
function documentReader(names: readonly string[], take: (row: FieldRow) => void, fault: Fault): RowReader {
  const pieces: Buffer[] = [];
  let length = 0;
  const row = new JsonRow(names);
  return withoutMarkOf({
    push(bytes) {
      length += bytes.length;
      if (length > MOST_DOCUMENT) throw fault('it is larger than 256 MiB; export fewer entries');
      pieces.push(Buffer.from(bytes));
    },
    end() {
      for (const [i, entry] of entriesIn(Buffer.concat(pieces), fault).entries()) {
        row.set(entry, i + 1);
        take(row);
      }
    },
  });
}

function entriesIn(bytes: Buffer, fault: Fault): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw fault(`it is not JSON (${messageOf(error)}); fetch the file again`);
  }
  const log = (value as { readonly log?: { readonly entries?: unknown } } | null)?.log;
  if (!Array.isArray(log?.entries)) throw fault('it has no list log.entries; export it as HAR');
  return log.entries;
}

/** The mark of UTF-8 is no part of the first field. */
function withoutMarkOf(reader: RowReader): RowReader {
  let held: Buffer | undefined = Buffer.alloc(0);
  return {
    push(bytes) {
      if (held === undefined) {
        reader.push(bytes);
        return;
      }
      held = Buffer.concat([held, bytes]);
      if (held.length < 3) return;
      reader.push(withoutMark(held));
      held = undefined;
    },
    end() {
      if (held !== undefined && held.length > 0) reader.push(held);
      reader.end();
    },
  };
}
