import type { ColumnSpec, ColumnValues } from '../trace.js';
import { MOST_AT_MS } from '../trace-file/arrival-rules.js';
import type { StoredArrivals } from '../trace-file/arrival-store.js';
import type { Fault } from '../trace-file/fault.js';
import { rowsWriter } from '../trace-file/rows-writer.js';
import type { SortedArrivals, SortedChunk } from './arrival-sorter.js';
import type { ImportOptions } from './import-trace.js';
import type { Intake } from './intake.js';
import { matchingRows } from './matching-rows.js';
import { parseWhere } from '../where/parse-where.js';
import { groupSizes, spreadWithin } from './spread.js';

export interface StoredImport {
  readonly stored: StoredArrivals;
  readonly durationMs: number;
  /** Whether times are finer than 1 us. */
  readonly precision: 'us' | 'ns';
  /** The step of the clock of the source, ns; undefined: its arrivals were made of counts or rates. */
  readonly stepNs: number | undefined;
  /** Whether arrivals were moved within that step. */
  readonly isSpread: boolean;
  /** Arrivals with the stamp of the one before. */
  readonly shared: number;
  /** When the first arrival is, seconds since 1970; NaN: the source does not say. */
  readonly startSec: number;
  /** Ms before the first arrival. */
  readonly silenceMs: number;
}

/** A clock that is coarser than this distorts latencies. */
const COARSE_NS = 1e6;
const MS_NS = 1e6;
const SECOND_NS = 1e9;

/** Puts what came in into the order of time, spreads what a coarse clock stamped, and stores it. */
export function storeArrivals(
  intake: Intake,
  columns: readonly ColumnSpec[],
  options: ImportOptions,
  random: () => number,
  fault: Fault,
): StoredImport {
  const sorted = intake.finish();
  try {
    if (sorted.count === 0) throw fault(`it has no arrivals${intake.counts.rows === 0 ? '' : ' that are kept'}`);
    return store(sorted, intake, columns, options, random, fault);
  } finally {
    sorted.close();
  }
}

function store(
  sorted: SortedArrivals,
  intake: Intake,
  columns: readonly ColumnSpec[],
  options: ImportOptions,
  random: () => number,
  fault: Fault,
): StoredImport {
  const hasPayload = options.requests || options.payloadColumn !== undefined;
  const stepNs = intake.counts.made > 0 ? undefined : (options.resolutionNs ?? intake.grid.stepNs);
  const spreads = stepNs !== undefined && !intake.hasSpread && !intake.hasDurations && options.within === 'uniform';
  const isSpread = spreads && (stepNs > COARSE_NS || options.resolutionNs !== undefined);
  const originNs = originOf(sorted, intake, options.rebase);
  const lastNs = Math.max(
    sorted.lastKey + (isSpread ? stepNs : 0),
    Number.isNaN(intake.lastWindowSec) ? -Infinity : (intake.lastWindowSec - intake.baseSec) * SECOND_NS,
  );
  const wholeMs = (lastNs - originNs) / MS_NS;
  if (wholeMs > MOST_AT_MS) throw fault('its times span more than 31 years; correct them, or give --unit');
  const window = { fromMs: options.fromMs, toMs: Math.min(options.toMs, wholeMs), hasEnd: options.toMs < Infinity };
  if (window.fromMs >= window.toMs && wholeMs > 0)
    throw fault(`it lasts ${String(wholeMs / 1000)} s, and nothing of it lies between --from and --to`);
  const shared = { count: 0, last: NaN };
  const counted = counting(sorted.chunks(), shared);
  const spread = isSpread ? spreadWithin(counted, groupSizes(sorted.chunks()), stepNs, random) : counted;
  const chunks = options.where === undefined ? spread : matching(spread, options.where, columns, hasPayload);
  const writer = rowsWriter({ spoolDir: options.spoolDir, columns });
  try {
    for (const chunk of chunks) {
      const kept = within(chunk, originNs, window);
      if (kept !== undefined) writer.appendChunk(withPayload(kept, columns.length));
    }
    const stored = writer.finish();
    if (stored.count === 0)
      throw fault(
        `no arrival ${options.where === undefined ? '' : 'fulfils --where and '}lies between --from and --to`,
      );
    return {
      stored,
      durationMs: Math.max(stored.lastMs, window.toMs - window.fromMs),
      precision: intake.grid.stepNs % 1000 === 0 || intake.counts.made > 0 ? 'us' : 'ns',
      ...{ stepNs, isSpread, shared: shared.count },
      startSec: intake.fromZero ? NaN : intake.baseSec + sorted.firstKey / SECOND_NS,
      silenceMs: (sorted.firstKey - originNs) / MS_NS,
    };
  } catch (thrown) {
    writer.discard();
    throw thrown;
  }
}

/** The key of time 0: the first arrival where stamps are of a calendar, the start of the source where they count from it. */
function originOf(sorted: SortedArrivals, intake: Intake, rebase: boolean): number {
  const zero = -intake.baseSec * SECOND_NS;
  if (intake.fromZero && !rebase && sorted.firstKey >= zero) return zero;
  if (intake.counts.made > 0 && !rebase) return Math.floor(sorted.firstKey / SECOND_NS) * SECOND_NS;
  return sorted.firstKey;
}

/** The index of the payload is a column, too. */
function matching(
  chunks: Iterable<SortedChunk>,
  where: string,
  columns: readonly ColumnSpec[],
  hasPayload: boolean,
): Iterable<SortedChunk> {
  const all = hasPayload ? [...columns, { name: 'payload', type: 'number' as const }] : columns;
  return matchingRows(chunks, parseWhere(where, columns), all);
}

function* counting(chunks: Iterable<SortedChunk>, shared: { count: number; last: number }): Generator<SortedChunk> {
  for (const chunk of chunks) {
    for (const key of chunk.keys) {
      if (key === shared.last) shared.count++;
      shared.last = key;
    }
    yield chunk;
  }
}

interface TimedChunk {
  readonly atMs: Float64Array;
  readonly columns: readonly ColumnValues[];
}

/** The arrivals of the window, whose start is their 0; undefined: there are none. */
function within(
  { keys, columns }: SortedChunk,
  originNs: number,
  { fromMs, toMs, hasEnd }: { readonly fromMs: number; readonly toMs: number; readonly hasEnd: boolean },
): TimedChunk | undefined {
  const fromNs = fromMs * MS_NS;
  const atMs = keys.map((key) => (key - originNs - fromNs) / MS_NS);
  const lengthMs = toMs - fromMs;
  let from = 0;
  while (from < atMs.length && (atMs[from] as number) < 0) from++;
  let to = atMs.length;
  // An arrival at the end belongs to the next window, unless the source ends there.
  while (hasEnd && to > from && (atMs[to - 1] as number) >= lengthMs) to--;
  if (from === to) return undefined;
  if (to - from === atMs.length) return { atMs, columns };
  return { atMs: atMs.subarray(from, to), columns: columns.map((values) => rowsOf(values, from, to)) };
}

function rowsOf(values: ColumnValues, from: number, to: number): ColumnValues {
  if (values.type === 'number') return { ...values, values: values.values.slice(from, to) };
  if (values.type === 'boolean') return { ...values, values: values.values.slice(from, to) };
  if (values.type === 'text') return { ...values, codes: values.codes.slice(from, to) };
  return { ...values, starts: values.starts.slice(from, to + 1), present: values.present.slice(from, to) };
}

/** The index of the payload is a column behind the others. */
function withPayload(
  { atMs, columns }: TimedChunk,
  own: number,
): { atMs: Float64Array; payload?: Uint32Array; columns: readonly ColumnValues[] } {
  const last = columns[own];
  if (last?.type !== 'number') return { atMs, columns };
  const payload = Uint32Array.from(last.values, (index) => (Number.isNaN(index) ? 0 : index));
  return { atMs, payload, columns: columns.slice(0, own) };
}
