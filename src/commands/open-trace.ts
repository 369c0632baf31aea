import { tmpdir } from 'node:os';
import { UserError } from '../errors.js';
import type { Payload, Trace } from '../trace.js';
import { givenPayloads } from './given-payloads.js';
import type { RunFlags } from './run-flags.js';

/** The trace that the flags name or describe. */
export async function openTrace(source: string | undefined, flags: RunFlags): Promise<Trace> {
  const payloads = await givenPayloads(flags);
  if (source === undefined) return generated(flags, payloads);
  if (flags.rate !== undefined || flags.duration !== undefined)
    throw new UserError('a trace has its own times; leave out --rate and --duration, or the trace');
  const { readTrace } = await import('../trace-file/read-trace.js');
  const { column, unit } = flags;
  const trace = await readTrace(source, {
    spoolDir: tmpdir(),
    stdin: process.stdin,
    ...(column === undefined ? {} : { column }),
    ...(unit === undefined ? {} : { unit: unit as 'ms' }),
    ...(payloads === undefined ? {} : { payloads }),
  });
  return flags.requests === undefined ? trace : cutTrace(trace, flags.from, flags.to, flags.requests);
}

async function cutTrace(trace: Trace, fromMs: number, toMs: number | undefined, requests: number): Promise<Trace> {
  const { firstRequests } = await import('./first-requests.js');
  try {
    return firstRequests(trace, { fromMs, toMs: toMs ?? Infinity }, requests);
  } catch (thrown) {
    const { closeArrivals } = await import('../arrival-store.js');
    closeArrivals(trace.store);
    throw thrown;
  }
}

async function generated(flags: RunFlags, payloads: readonly Payload[] = []): Promise<Trace> {
  const { rate, duration, process: process_, scv, seed, requests } = flags;
  if (scv !== undefined && process_ !== 'gamma')
    throw new UserError('--scv is of the gaps of --process gamma; add that, or leave it out');
  if (rate === undefined)
    throw new UserError('nothing to replay; give a trace file, - for standard input, or --rate 50/s --duration 30s');
  if ((duration === undefined) === (requests === undefined))
    throw new UserError(
      duration === undefined
        ? '--rate needs a length; add --duration 30s, or --requests 1000'
        : '--duration and --requests are two lengths; give one',
    );
  const { storedFirst, storedRecipe } = await import('./stored-recipe.js');
  const recipe = { process: process_, seed, rate, ...(process_ === 'gamma' ? { scv: scv ?? 1 } : {}) };
  const name = `${process_}-${String(rate)}`;
  const trace =
    requests === undefined
      ? storedRecipe({ ...recipe, durationMs: duration }, name)
      : storedFirst({ ...recipe, rate }, name, requests);
  return { ...trace, payloads, payloadsInTurn: true };
}
