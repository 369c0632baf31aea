import { tmpdir } from 'node:os';
import type { Payload, Trace } from '../trace.js';
import { type ArrivalFlags, checkBesideTrace, checkWithoutTrace } from './arrival-flags.js';
import { givenPayloads, type PayloadFlags } from './given-payloads.js';

/** The trace that the flags name or describe. Throws `UserError`. */
export async function openTrace(
  source: string | undefined,
  flags: ArrivalFlags & Partial<PayloadFlags>,
): Promise<Trace> {
  if (source === undefined) checkWithoutTrace(flags);
  else checkBesideTrace(flags);
  const payloads = await givenPayloads(flags);
  if (source === undefined) return { ...(await generated(flags)), payloads: payloads ?? [], payloadsInTurn: true };
  return firstOf(await fromFile(source, flags, payloads), flags);
}

async function fromFile(
  source: string,
  { column, unit }: ArrivalFlags,
  payloads: readonly Payload[] | undefined,
): Promise<Trace> {
  const { readTrace } = await import('../trace-file/read-trace.js');
  return readTrace(source, {
    spoolDir: tmpdir(),
    stdin: process.stdin,
    ...(column === undefined ? {} : { column }),
    ...(unit === undefined ? {} : { unit: unit as 'ms' }),
    ...(payloads === undefined ? {} : { payloads }),
  });
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
async function firstOf(trace: Trace, { from, to, requests }: ArrivalFlags): Promise<Trace> {
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
