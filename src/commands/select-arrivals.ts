import { tmpdir } from 'node:os';
import { counted } from '../text/counted.js';
import { printable, UserError } from '../errors.js';
import { closeArrivals, type StoredArrivals } from '../trace-file/arrival-store.js';
import { choosePayloads } from '../trace-file/choose-payloads.js';
import { noColumn } from '../trace-file/read-rows.js';
import { selectRows, type PickRows } from '../trace-file/select-rows.js';
import type { ColumnSpec, Trace } from '../trace.js';
import { matchRows } from '../where/match-rows.js';
import { columnsNamed, parseWhere } from '../where/parse-where.js';

export interface Selection {
  readonly where: string | undefined;
  readonly payloadBy: string | undefined;
}

/** The arrivals that fulfil `--where`, each with the payload that `--payload-by` chooses. The trace given is closed. Throws `UserError`. */
export function selectArrivals(trace: Trace, { where, payloadBy }: Selection): Trace {
  const selected = where === undefined ? trace : selectedTrace(trace, where);
  if (payloadBy === undefined) return selected;
  const { payloadsInTurn: _, ...rest } = withStore(selected, () => choosePayloads(selected, payloadBy));
  return {
    ...rest,
    notes: [...(rest.notes ?? []), `The column ${printable(payloadBy, 100)} of the trace chose the payloads.`],
  };
}

/** The arrivals in [fromMs, toMs) from then on, played at `speed`. The trace given is closed. */
export function cutTrace(
  trace: Trace,
  { fromMs, toMs, speed }: { readonly fromMs: number; readonly toMs: number; readonly speed: number },
): Trace {
  const endMs = toMs > trace.durationMs ? Infinity : toMs;
  const cut = withStore(trace, () => ({ atMs }) => {
    const rows = rowsWhere(atMs.length, (row) => (atMs[row] as number) >= fromMs && (atMs[row] as number) < endMs);
    return { rows, atMs: Float64Array.from(rows, (row) => ((atMs[row] as number) - fromMs) / speed) };
  });
  if (cut.count > 0) return { ...cut, durationMs: (Math.min(toMs, trace.durationMs) - fromMs) / speed };
  closeArrivals(cut.store);
  throw new UserError('no request is due in this window; choose another with --from and --to');
}

function selectedTrace(trace: Trace, where: string): Trace {
  const { columns } = trace.store;
  const specs: readonly ColumnSpec[] = [...(columns?.columns ?? []), ...PAYLOAD];
  const selected = withStore(trace, () => {
    const lost = columnsNamed(where).find((name) => columns?.ignored.some((one) => one.name === name));
    if (lost !== undefined) throw new UserError(`--where: ${noColumn(lost, columns)}`);
    const condition = parseWhere(where, specs);
    return ({ atMs, payload = new Uint32Array(atMs.length), columns: values = [] }) => {
      const index = { type: 'number', values: Float64Array.from(payload) } as const;
      const holds = matchRows(condition, [...values, index], atMs.length);
      return { rows: rowsWhere(atMs.length, (row) => holds[row] === 1) };
    };
  });
  const note = `Only arrivals with ${printable(where, 200)} were taken: ${String(selected.count)} of ${String(trace.count)}.`;
  if (selected.count > 0) return { ...selected, notes: [...(trace.notes ?? []), note] };
  closeArrivals(selected.store);
  throw new UserError(`--where ${printable(where, 200)}: none of the ${counted(trace.count, 'arrival')} fulfils it`);
}

/** What an arrival sends can be asked for like a column. */
const PAYLOAD: readonly ColumnSpec[] = [{ name: 'payload', type: 'number' }];

function rowsWhere(count: number, holds: (row: number) => boolean): Uint32Array {
  const rows = new Uint32Array(count);
  let found = 0;
  for (let row = 0; row < count; row++) if (holds(row)) rows[found++] = row;
  return rows.subarray(0, found);
}

/** Closes the trace's store. */
function withStore(trace: Trace, picker: () => PickRows): Trace {
  let stored: StoredArrivals;
  try {
    stored = selectRows(trace.store, picker(), tmpdir());
  } finally {
    closeArrivals(trace.store);
  }
  const { store, count, sha256 } = stored;
  // The recipe makes other arrivals than these.
  const { recipe: _, ...rest } = trace;
  return { ...rest, store, count, sha256 };
}
