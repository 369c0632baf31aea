import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { closeArrivals } from '../trace-file/arrival-store.js';
import { parseRunConfig, type KnownFlags, type RunConfig } from '../config/parse-run-config.js';
import { runSeries, type PlannedRun, type SeriesEnd } from '../compare/run-series.js';
import { LATEST_PRICES } from '../cost-terms.js';
import { EXIT, isUserError, messageOf, printable, UserError } from '../errors.js';
import type { ReplayRequest, ReplayResult } from '../replay/replay.js';
import type { Trace } from '../trace.js';
import { collectAfter } from './collect-after.js';
import { givenBudget, givenTerms } from './cost-flags.js';
import { dryRunOf } from './dry-run.js';
import { exitCode } from './exit-code.js';
import { givenGate } from './gate-flags.js';
import { liveMetrics, type LiveMetrics } from './live-metrics.js';
import { liveProgress } from './live-progress.js';
import { namedService } from './named-service.js';
import { openTrace } from './open-trace.js';
import { RUN_CONFIG_PLACES } from './run-config-places.js';
import { RUN_FLAGS, type RunFlags } from './run-flags.js';
import { runRequest } from './run-request.js';
import { surroundings } from './surroundings.js';
import { inSeriesFolder } from './series-folder.js';
import { stopOnSignals } from './stop-on-signals.js';
import { checkFiles, type AskedFiles } from './tell-ci.js';
import { withoutSecrets } from './without-secrets.js';

export interface ParsedRun {
  readonly args: { readonly trace: string | undefined };
  readonly flags: Omit<RunFlags, 'backend'> & { readonly backend?: string | undefined };
}

/** A system with the service that its flags name. */
interface NamedSystem {
  readonly name: string;
  readonly args: ParsedRun['args'];
  readonly flags: RunFlags;
  readonly secrets: readonly string[];
}

/** `varySeed`: the runs have several traces, drawn from one process. `files`: what the file asks to be written of all runs. */
export type SystemsEnd = SeriesEnd & { readonly varySeed: boolean; readonly files: AskedFiles };

const MOST_BYTES = 2 ** 20;

/**
 * `replay compare --run FILE`: every system once, then every system again, so that what drifts meets all alike. With
 * `dry-run`, no run is made: resolves with the exit code.
 */
export async function runSystems(
  file: string,
  quiet: boolean,
  parse: (argv: string[]) => Promise<ParsedRun>,
): Promise<SystemsEnd | number> {
  const { text, config } = readConfig(file);
  return withoutSecrets(config.secrets, () => runAll(text, config, quiet, parse));
}

async function runAll(
  text: string,
  config: RunConfig,
  quiet: boolean,
  parse: (argv: string[]) => Promise<ParsedRun>,
): Promise<SystemsEnd | number> {
  const parsed = await Promise.all(
    config.systems.map(async ({ name, args }): Promise<NamedSystem> => {
      const { args: given, flags } = await parse([...args]);
      return { name, ...namedService(given, flags), secrets: config.secrets };
    }),
  );
  const shared = (parsed[0] as NamedSystem).flags;
  if (shared['dry-run']) return tryEach(parsed);
  await checkFiles(shared, process.env);
  const live = await liveProgress(process.stderr, { quiet, env: process.env });
  const stop = stopOnSignals(() => {
    live.say('stopping: nothing more is sent; writing the comparison (press Ctrl-C again to quit now)');
  });
  const opened: Trace[] = [];
  let metrics: LiveMetrics | undefined;
  try {
    metrics = await liveMetrics(shared, { env: process.env, date: () => new Date(), say: live.say });
    const world = surroundings(stop.signal, live, (progress) => metrics?.show(progress));
    const systems: System[] = [];
    for (const one of parsed) systems.push(await openSystem(one, opened, stop.signal));
    const virtual = systems.every(({ request }) => request.time === 'virtual');
    const id = `${createHash('sha256').update(text).digest('hex').slice(0, 12)}${virtual ? '' : ` ${world.date().toISOString()}`}`;
    const ways = { attempts: shared.attempts ?? 1, exitOf: exitCode };
    const end = await inSeriesFolder(config.out, world.date(), 'compare', async (out) =>
      runSeries(inTurns(systems, config, { out, id }), world, ways),
    );
    const last = end.runs.at(-1);
    if (last !== undefined) await metrics.end(last.report, stop.signal);
    return { ...end, varySeed: config.varySeed, files: shared };
  } finally {
    live.end();
    await metrics?.close();
    stop.release();
    for (const { store } of opened) closeArrivals(store);
  }
}

/** What `replay run --dry-run` does, for each system. */
async function tryEach(systems: readonly NamedSystem[]): Promise<number> {
  let code: number = EXIT.ok;
  for (const { name, args, flags, secrets } of systems) {
    process.stdout.write(`${name}:\n`);
    const terms = { ...(await givenTerms(flags, LATEST_PRICES)), secrets };
    const say = (text: string): void => void process.stderr.write(`${text}\n`);
    const tried = await dryRunOf(args.trace, flags, terms, false, say);
    if (tried !== EXIT.ok) code = tried;
  }
  return code;
}

function readConfig(file: string): { text: string; config: RunConfig } {
  try {
    if (!existsSync(file)) throw new Error('there is no such file');
    if (statSync(file).size > MOST_BYTES) throw new Error('it is too large for a list of systems');
    const text = readFileSync(file, 'utf8');
    return { text, config: parseRunConfig(text, knownFlags(), process.env) };
  } catch (thrown) {
    const hint = isUserError(thrown) ? '' : '; name a YAML file';
    const message = messageOf(thrown);
    const gap = /^\d+:\d+: /.test(message) ? '' : ' ';
    throw new UserError(`--run ${printable(file)}:${gap}${message}${hint}`);
  }
}

/** The flags of `replay run`, and where in a file they may stand. */
export function knownFlags(): KnownFlags {
  const names = Object.keys(RUN_FLAGS) as (keyof typeof RUN_FLAGS)[];
  return Object.fromEntries(
    names.map((name) => {
      const { type, multiple, allowNo, aliases = [] } = RUN_FLAGS[name] as { type: 'boolean' | 'option'; multiple?: boolean; allowNo?: boolean; aliases?: readonly string[] }; // prettier-ignore
      return [
        name,
        { type, multiple: multiple === true, allowNo: allowNo === true, aliases, place: RUN_CONFIG_PLACES[name] },
      ];
    }),
  );
}

interface System {
  readonly name: string;
  readonly request: ReplayRequest;
  readonly finish: (result: ReplayResult) => Promise<ReplayResult>;
  readonly redraw: (seed: number) => Promise<Trace>;
  readonly drawn: boolean;
}

async function openSystem(
  { name, args, flags, secrets }: NamedSystem,
  opened: Trace[],
  stop: AbortSignal,
): Promise<System> {
  const terms = { ...(await givenTerms(flags, LATEST_PRICES)), ...(await givenGate(flags)) };
  const budget = await givenBudget(flags.budget, terms.prices);
  const collect = await collectAfter(flags);
  const trace = await openTrace(args.trace, flags);
  opened.push(trace);
  return {
    name,
    request: runRequest(trace, flags, { ...terms, ...budget, secrets }),
    finish: (result) => collect(result, stop),
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
    systems.map(({ name, request, finish, redraw }): PlannedRun => {
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
        finish,
        release: ({ trace }) => {
          if (varySeed) closeArrivals(trace.store);
        },
      };
    }),
  ).flat();
}
