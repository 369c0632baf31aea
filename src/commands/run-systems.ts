import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { closeArrivals } from '../arrival-store.js';
import { parseRunConfig, type RunConfig } from '../config/parse-run-config.js';
import { runSeries, type PlannedRun, type SeriesEnd } from '../compare/run-series.js';
import { LATEST_PRICES } from '../cost-terms.js';
import { isUserError, messageOf, printable, UserError } from '../errors.js';
import type { ReplayRequest } from '../replay/replay.js';
import type { Trace } from '../trace.js';
import { givenBudget, givenTerms } from './cost-flags.js';
import { liveProgress } from './live-progress.js';
import { exitCode } from './exit-code.js';
import { openTrace } from './open-trace.js';
import { RUN_FLAGS, type RunFlags } from './run-flags.js';
import { runRequest } from './run-request.js';
import { surroundings } from './surroundings.js';
import { freshSeriesFolder } from './series-folder.js';
import { stopOnSignals } from './stop-on-signals.js';

export interface ParsedRun {
  readonly args: { readonly trace: string | undefined };
  readonly flags: RunFlags;
}

/** `varySeed`: the runs have several traces, drawn from one process. */
export type SystemsEnd = SeriesEnd & { readonly varySeed: boolean };

const MOST_BYTES = 2 ** 20;

/** `replay compare --run FILE`: every system once, then every system again, so that what drifts meets all alike. */
export async function runSystems(
  file: string,
  quiet: boolean,
  parse: (argv: string[]) => Promise<ParsedRun>,
): Promise<SystemsEnd> {
  const { text, config } = readConfig(file);
  const live = await liveProgress(process.stderr, { quiet, env: process.env });
  const stop = stopOnSignals(() => {
    live.say('stopping: nothing more is sent, the comparison follows (once more kills)');
  });
  const world = surroundings(stop.signal, live);
  const out = config.out ?? freshSeriesFolder(world.date(), 'compare');
  const opened: Trace[] = [];
  try {
    const systems: System[] = [];
    for (const { name, args } of config.systems) systems.push(await openSystem(name, await parse([...args]), opened));
    const virtual = systems.every(({ request }) => request.time === 'virtual');
    const id = `${createHash('sha256').update(text).digest('hex').slice(0, 12)}${virtual ? '' : ` ${world.date().toISOString()}`}`;
    const end = await runSeries(inTurns(systems, config, { out, id }), world, exitCode);
    return { ...end, varySeed: config.varySeed };
  } finally {
    live.end();
    stop.release();
    for (const { store } of opened) closeArrivals(store);
  }
}

function readConfig(file: string): { text: string; config: RunConfig } {
  try {
    if (statSync(file).size > MOST_BYTES) throw new Error('it is too large for a list of systems');
    const text = readFileSync(file, 'utf8');
    return { text, config: parseRunConfig(text, RUN_FLAGS) };
  } catch (thrown) {
    const hint = isUserError(thrown) ? '' : '; name a YAML file';
    throw new UserError(`--run ${printable(file)}: ${messageOf(thrown)}${hint}`);
  }
}

interface System {
  readonly name: string;
  readonly request: ReplayRequest;
  readonly redraw: (seed: number) => Promise<Trace>;
  readonly drawn: boolean;
}

async function openSystem(name: string, { args, flags }: ParsedRun, opened: Trace[]): Promise<System> {
  const terms = await givenTerms(flags, LATEST_PRICES);
  const budget = await givenBudget(flags.budget, terms.prices);
  const trace = await openTrace(args.trace, flags);
  opened.push(trace);
  return {
    name,
    request: runRequest(trace, flags, { ...terms, ...budget }),
    redraw: (seed) => openTrace(undefined, { ...flags, seed }),
    drawn: args.trace === undefined,
  };
}

/** A B A B ...; repeat i of each has the seed + i - 1, so that the systems meet the same luck. */
function inTurns(
  systems: readonly System[],
  { repeat: of, varySeed }: RunConfig,
  { out, id }: { readonly out: string; readonly id: string },
): PlannedRun[] {
  if (varySeed && !systems.every(({ drawn }) => drawn))
    throw new UserError('vary-seed draws arrivals anew, and a trace has its own; leave one of them out');
  return Array.from({ length: of }, (_, i) =>
    systems.map(({ name, request, redraw }): PlannedRun => {
      const seed = request.seed + i;
      const repeat = i + 1;
      const asked = {
        ...request,
        seed,
        out: `${out}/${name}/${String(repeat)}`,
        series: { id, repeat, of, system: name },
      };
      return {
        name: `${name}, run ${String(repeat)} of ${String(of)}`,
        request: varySeed ? async () => ({ ...asked, trace: await redraw(seed) }) : () => asked,
        release: ({ trace }) => {
          if (varySeed) closeArrivals(trace.store);
        },
      };
    }),
  ).flat();
}
