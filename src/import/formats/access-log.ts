import type { ColumnSpec } from '../../trace.js';
import { furtherColumns, setterOf } from '../event-format.js';
import type { FieldRow } from '../field-row.js';
import type { FormatOptions, Head, ImportFormat, OpenedFormat } from '../import-format.js';
import type { Intake } from '../intake.js';

/**
 * A line of the Common Log Format: host, identity, user, [time], "request", status, bytes. The Combined one adds "referer" and
 * "user agent"; what servers add behind is the time that the request took, in seconds with a point (nginx) or whole microseconds (Apache's %D).
 */
const TIME = 3;
const REQUEST = 4;
const STATUS = 5;
const BYTES = 6;
const LINE = /^\S+ \S+ .*?\[\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2}[^\]]*\] "/;
const COLUMNS: readonly ColumnSpec[] = [
  { name: 'method', type: 'text' },
  { name: 'path', type: 'text' },
  { name: 'status', type: 'number' },
  { name: 'responseBytes', type: 'number' },
];
const SECOND_NS = 1e9;

export const accessLog: ImportFormat = {
  name: 'access-log',
  title: 'access log (Common or Combined Log Format; nginx, Apache)',
  rows: 'log',
  names: ['host', 'identity', 'user', 'time', 'request', 'status', 'bytes', 'referer', 'userAgent'],
  expects: 'lines such as 1.2.3.4 - - [16/Nov/2023:18:15:46 +0000] "GET / HTTP/1.1" 200 512',
  times: 'log clock, 1 s; with the `$request_time` of nginx behind, the start is the stamp minus that time',
  traps:
    'nginx stamps the end of a request, Apache its start; a last field such as `0.012` is taken for `$request_time`, one such as `12345` for the `%D` of Apache (us), whose stamp is the start; `--stamp start|end` insists',
  calendar: true,
  recognises: ({ lines }: Head) => lines.slice(0, 5).some((line) => LINE.test(line)),
  open,
};

interface Took {
  readonly at: number;
  readonly unit: 's' | 'us';
  /** The length of `rt=` before the number. */
  readonly skip: number;
}

function open(header: readonly string[], options: FormatOptions): OpenedFormat {
  const own = [...COLUMNS, { name: 'durationMs', type: 'number' as const }];
  const further = furtherColumns(header, options);
  const columns = [...own, ...further.map(({ as, type }) => ({ name: as, type }))];
  return {
    columns,
    used: ['time', 'request', 'status', 'bytes', ...further.map(({ from }) => from)],
    notes: [],
    start(intake) {
      let took: Took | undefined | null = null;
      let isEnd = false;
      const setters = further.map((column, i) => setterOf(column, own.length + i, header.indexOf(column.from)));
      return (row) => {
        if (took === null) {
          took = tookIn(row);
          isEnd = options.stamp === undefined ? took?.unit === 's' : options.stamp === 'end' && took !== undefined;
          if (took !== undefined) intake.note(tookNote(took, isEnd));
        }
        for (const set of setters) set(row, intake);
        take(row, intake, options.requests, took, isEnd);
      };
    },
  };
}

/** The field with the time that a request took: the first one that is a number of seconds with a fraction, or the last of whole us. */
function tookIn(row: FieldRow): Took | undefined {
  let found: Took | undefined;
  for (let at = BYTES + 1; at < row.count; at++) {
    const [, name, number = ''] = /^((?:rt|request_time|time)=)?"?([\d.]+)"?$/.exec(row.text(at) ?? '') ?? [];
    const skip = name?.length ?? 0;
    if (/^\d+\.\d{3,6}$/.test(number)) return { at, unit: 's', skip };
    if (/^\d+$/.test(number)) found = { at, unit: 'us', skip };
  }
  return found;
}

function tookNs(row: FieldRow, { at, unit, skip }: Took): number {
  const value = skip === 0 ? row.number(at) : Number((row.text(at) ?? '').slice(skip).replaceAll('"', ''));
  return Math.round(value * (unit === 's' ? SECOND_NS : 1000));
}

function tookNote({ at, unit }: Took, isEnd: boolean): string {
  const field = `field ${String(at + 1)} of each line is the time that the request took, in ${unit}`;
  return isEnd ? `${field}; each stamp is the end of its request, so the start is earlier by that` : field;
}

function take(row: FieldRow, intake: Intake, asPayload: boolean, took: Took | undefined, isEnd: boolean): void {
  if (!row.date(TIME, intake.stamp)) {
    intake.bad(row.place, 'it is no line of an access log');
    return;
  }
  const status = row.number(STATUS);
  if (status >= 500 && intake.failed()) return;
  const [method, path] = requestOf(row.text(REQUEST));
  intake.text(0, method);
  intake.text(1, path);
  intake.number(2, status);
  intake.number(3, row.number(BYTES));
  const read = took === undefined ? NaN : tookNs(row, took);
  const ns = Number.isNaN(read) ? 0 : read;
  if (!Number.isNaN(read)) intake.number(4, ns / 1e6);
  if (asPayload && !intake.request(method, path)) return;
  intake.arrival(row.place, isEnd ? ns : 0, isEnd && intake.stamp.ns === 0 ? SECOND_NS : 0);
}

/** `GET /path HTTP/1.1`: the method, and the path as a client would ask it. Both are absent where the client sent no request. */
export function requestOf(
  request: string | undefined,
): readonly [method: string | undefined, path: string | undefined] {
  const [, method, target] = /^([A-Z][A-Z-]*) (\S+)/.exec(request ?? '') ?? [];
  return [method, target];
}
