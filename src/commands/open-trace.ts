import { tmpdir } from 'node:os';
import { UserError } from '../errors.js';
import type { Trace } from '../trace.js';
import { type ArrivalFlags, checkBesideTrace, checkWithoutTrace } from './arrival-flags.js';
import { givenPayloads, type PayloadFlags } from './given-payloads.js';
import type { TraceFlags } from './trace-flags.js';

/** The trace that the flags name or describe; its window is left to anyone who replays it. Throws `UserError`. */
export async function openTrace(
  source: string | undefined,
  flags: ArrivalFlags & Partial<PayloadFlags>,
): Promise<Trace> {
  if (source === undefined) {
    checkWithoutTrace(flags);
    if (flags['payload-by'] !== undefined)
      throw new UserError('--payload-by: only a trace file has columns; name one, or leave it out');
    return { ...(await generated(flags)), payloads: (await givenPayloads(flags)) ?? [], payloadsInTurn: true };
  }
  checkBesideTrace(flags);
  return firstOf(await fromFile(source, flags), flags);
}

/** The same, cut to its window and played at its speed: for what takes a trace as it stands. */
export async function openWindow(source: string, flags: TraceFlags): Promise<Trace> {
  checkWindow(flags);
  const { from, to = Infinity, speed, requests } = flags;
  const trace = await fromFile(source, flags);
  const { recipe, ...first } = requests === undefined ? trace : await firstOf(trace, flags);
  if (from === 0 && to === Infinity && speed === 1)
    // The recipe makes all arrivals, not the first of them.
    return recipe === undefined || requests !== undefined ? first : { ...first, recipe };
  const { cutTrace } = await import('./select-arrivals.js');
  return cutTrace(first, { fromMs: from, toMs: to, speed });
}

/** Throws `UserError` where the window is empty. */
export function checkWindow({ from, to }: Pick<TraceFlags, 'from' | 'to'>): void {
  if (to !== undefined && to <= from) throw new UserError('--to must lie after --from');
}

async function fromFile(source: string, flags: TraceFlags & Partial<PayloadFlags>): Promise<Trace> {
  const { column, unit, 'trace-format': format, where } = flags;
  const asked = [flags.body, flags.payload, flags.targets].some((given) => given !== undefined);
  const { readTrace } = await import('../trace-file/read-trace.js');
  const trace = await readTrace(source, {
    spoolDir: tmpdir(),
    stdin: process.stdin,
    ...(column === undefined ? {} : { column }),
    ...(unit === undefined ? {} : { unit: unit as 'ms' }),
    ...(format === undefined ? {} : { format: format as 'csv' }),
    ...(asked ? { payloads: [] } : {}),
  });
  const own = asked ? await withPayloads(trace, flags) : trace;
  if (where === undefined && flags['payload-by'] === undefined) return own;
  const { selectArrivals } = await import('./select-arrivals.js');
  return selectArrivals(own, { where, payloadBy: flags['payload-by'] });
}

/** The payloads may name columns, so they are read behind the trace. */
async function withPayloads(trace: Trace, flags: Partial<PayloadFlags>): Promise<Trace> {
  try {
    const columns = trace.store.columns?.columns.map(({ name }) => name);
    return { ...trace, payloads: (await givenPayloads(flags, columns)) ?? [], payloadsInTurn: true };
  } catch (thrown) {
    const { closeArrivals } = await import('../trace-file/arrival-store.js');
    closeArrivals(trace.store);
    throw thrown;
  }
}

async function generated(flags: ArrivalFlags): Promise<Trace> {
  const { rate = NaN, duration, stages, process: process_ = 'poisson', scv = 1, seed, requests } = flags;
  const { storedFirst, storedRecipe } = await import('./stored-recipe.js');
  if (stages !== undefined) {
    const spacing = process_ === 'constant' ? { spacing: 'even' } : {};
    const [durationMs] = stages.at(-1) ?? [];
    return firstOf(
      storedRecipe({ process: 'piecewise', durationMs, seed, points: stages, ...spacing }, 'stages'),
      flags,
    );
  }
  const recipe = { process: process_, seed, rate, ...(process_ === 'gamma' ? { scv } : {}) };
  const name = `${process_}-${String(rate)}`;
  return requests === undefined
    ? storedRecipe({ ...recipe, durationMs: duration }, name)
    : storedFirst({ ...recipe, rate }, name, requests);
}

/** Up to `--requests`. */
async function firstOf(
  trace: Trace,
  { from, to, requests }: Pick<TraceFlags, 'from' | 'to' | 'requests'>,
): Promise<Trace> {
  if (requests === undefined) return trace;
  const { firstRequests } = await import('./first-requests.js');
  try {
    return firstRequests(trace, { fromMs: from, toMs: to ?? Infinity }, requests);
  } catch (thrown) {
    const { closeArrivals } = await import('../trace-file/arrival-store.js');
    closeArrivals(trace.store);
    throw thrown;
  }
}
