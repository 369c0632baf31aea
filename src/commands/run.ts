import { Args, Command, Flags, type Interfaces } from '@oclif/core';
import { tmpdir } from 'node:os';
import type { RawOptions } from '../backends/backend.js';
import { EXIT, printable, UserError } from '../errors.js';
import { parseDurationMs, parseRatePerSecond, parseSpeed } from '../quantities.js';
import type { ReplayRequest, ReplayResult, Surroundings } from '../replay/replay.js';
import type { Progress } from '../progress.js';
import type { Payload, Trace } from '../trace.js';
import { LATEST_PRICES } from '../cost-terms.js';
import { BATCH_FLAGS, givenBatching } from './batch-flags.js';
import { CONFIG_FLAG } from './config-flags.js';
import { COST_FLAGS, givenBudget, givenTerms, parseBudget, type GivenTerms } from './cost-flags.js';
import { ABORT_FLAGS, GATE_FLAGS, givenGate, type GivenThresholds } from './gate-flags.js';
import { METRICS_FLAGS, liveMetrics, type LiveMetrics } from './live-metrics.js';
import { liveProgress, type LiveProgress } from './live-progress.js';
import { REPEAT_FLAGS } from './repeat-flags.js';
import { collectAfter } from './collect-after.js';
import { COLLECT_FLAGS } from './collect-flags.js';
import { stopOnSignals } from './stop-on-signals.js';
import { givenFormat, OUTPUT_FLAGS, type OutputFormat } from './output-flags.js';
import { printReport } from './print-report.js';
import { SUMMARIES } from './summaries.js';
import { givenTags, TAG_FLAG } from './tag-flag.js';
import { exitOfReport, plainFor, prepareFiles, tellCi } from './tell-ci.js';
import { parseTimeoutMs } from './parse-timeout.js';
import { parsePositive, textFlag, wholeNumber } from './text-flag.js';
import { withSettings } from './with-settings.js';

/** `replay [run] TRACE ...`: replays a trace against a backend and reports. */
export class Run extends Command {
  static override summary = SUMMARIES.run;
  static override description =
    'This is the default command: `replay trace.json` is short for `replay run trace.json`.';
  static override examples = [
    '<%= config.bin %> traces/workload-40.json --from 80s --to 120s',
    '<%= config.bin %> trace.json --backend http --url http://127.0.0.1:8501/v1/models/m:predict',
    '<%= config.bin %> --rate 50/s --duration 30s --backend http --url http://127.0.0.1:8080/',
    '<%= config.bin %> trace.json --backend simulated --set servers=4 --time virtual',
  ];
  static override args = {
    trace: Args.string({ description: 'trace file (.json, .jsonl, .csv, each also .gz), or - for standard input' }),
  };
  static override flags = {
    backend: Flags.string({
      default: 'onnx',
      description: 'a name of `replay backends`, a path to a plugin, or a package',
    }),
    set: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'an option of the backend, key=value; repeatable',
    }),
    url: Flags.string({ description: 'short for --set url=' }),
    model: Flags.string({ description: 'short for --set model=' }),
    sessions: Flags.string({ description: 'short for --set sessions=' }),
    header: Flags.string({
      char: 'H',
      multiple: true,
      multipleNonGreedy: true,
      description: 'a header, "name: value"; {seq} and {run} are filled in; repeatable',
    }),
    method: Flags.string({ description: 'short for --set method=' }),
    expect: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'what a success is, beyond a complete 2xx: status:200, body~text; repeatable, all hold together',
    }),
    insecure: Flags.boolean({ char: 'k', description: 'do not verify TLS certificates' }),
    http2: Flags.boolean({
      description: 'HTTP/2 where the service agrees: short for --set http2=true --set client=undici',
    }),
    body: Flags.string({
      char: 'b',
      description: 'the body of every request, sent as JSON when it is JSON; @FILE reads it from a file',
    }),
    payload: Flags.string({
      description: 'payloads in place of the trace’s: a file, a folder, or a .jsonl with a JSON body a line',
    }),
    column: Flags.string({ description: 'CSV or JSON lines: the column of the times' }),
    unit: Flags.string({ options: ['ms', 's', 'us', 'ns'], description: 'the unit of --column' }),
    rate: textFlag('rate', parseRatePerSecond)({ char: 'R', description: 'no trace: this mean rate, such as 50/s' }),
    duration: textFlag('duration', parseDurationMs)({ char: 'd', description: 'no trace: for so long, such as 30s' }),
    requests: textFlag(
      'requests',
      wholeNumber(1, 4_294_967_295),
    )({ char: 'n', description: 'so many requests and no more: the first of the trace, or of the arrivals of --rate' }),
    process: Flags.string({
      options: ['poisson', 'constant', 'gamma'],
      default: 'poisson',
      description: 'no trace: the arrival process',
    }),
    scv: textFlag(
      'scv',
      parsePositive,
    )({ description: 'with --process gamma: squared coefficient of variation of the gaps; 1 (Poisson) unless given' }),
    seed: textFlag(
      'seed',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )({ default: 1, description: 'seed of the arrivals (--rate) and of simulated backends' }),
    from: textFlag('from', parseDurationMs)({ default: 0, description: 'begin here in the trace' }),
    to: textFlag('to', parseDurationMs)({ description: 'end here in the trace' }),
    speed: textFlag('speed', parseSpeed)({ default: 1, description: '2x replays in half the time' }),
    time: Flags.string({
      options: ['real', 'virtual'],
      default: 'real',
      description: 'virtual: simulated time, for backends that wait on the clock',
    }),
    workers: textFlag(
      'workers',
      wholeNumber(1, 256),
    )({ char: 'w', description: 'threads that send; the CPUs less one unless given' }),
    pacing: Flags.string({
      options: ['exact', 'economic', 'auto'],
      default: 'auto',
      description: 'exact spins for microseconds, economic sleeps',
    }),
    connections: textFlag(
      'connections',
      wholeNumber(1, 60000),
    )({ char: 'c', description: 'open exactly so many connections before the start, and never more' }),
    'max-in-flight': textFlag(
      'max-in-flight',
      wholeNumber(1, 1_000_000),
    )({
      aliases: ['max-concurrency'],
      description: 'more open requests than this are shed; 10000 unless given',
    }),
    timeout: textFlag(
      'timeout',
      parseTimeoutMs,
    )({ default: 30_000, description: 'for a complete answer, from the hand-over; at most 2h' }),
    warmup: textFlag(
      'warmup',
      parseDurationMs,
    )({ default: 0, description: 'requests due before this are sent and counted, but left out of latency' }),
    'max-lateness': textFlag(
      'max-lateness',
      parseDurationMs,
    )({ default: 10, aliases: ['max-lag'], description: 'a p99 lateness above this makes the run INVALID' }),
    ...BATCH_FLAGS,
    ...COST_FLAGS,
    ...REPEAT_FLAGS,
    ...COLLECT_FLAGS,
    budget: textFlag(
      'budget',
      parseBudget,
    )({ description: 'stop sending before this can be passed, such as 5usd (exit 105)' }),
    ...GATE_FLAGS,
    ...ABORT_FLAGS,
    ...METRICS_FLAGS,
    out: Flags.string({
      char: 'o',
      aliases: ['output'],
      description: 'folder for the run, new or empty; runs/<time>-<trace>-<backend> unless given',
    }),
    ...OUTPUT_FLAGS,
    ...TAG_FLAG,
    'dry-run': Flags.boolean({ description: 'no run: what `replay check` does, with at most one request' }),
    html: Flags.boolean({ default: true, allowNo: true, description: 'write report.html, the page with the plots' }),
    quiet: Flags.boolean({ char: 'q', description: 'no progress' }),
    ...CONFIG_FLAG,
  };

  override async run(): Promise<void> {
    const { args, flags } = await withSettings(Run.flags, await this.parse(Run), {
      env: process.env,
      folder: process.cwd(),
      say: (text) => {
        this.logToStderr(text);
      },
    });
    const format = givenFormat(flags);
    const terms = { ...(await givenTerms(flags, LATEST_PRICES)), ...(await givenGate(flags)) };
    if (flags.repeat === undefined && flags['vary-seed'])
      throw new UserError('--vary-seed draws the arrivals anew for each of several runs; add --repeat N');
    if (flags.repeat !== undefined && (flags.junit ?? flags.summary) !== undefined)
      throw new UserError('--junit and --summary tell of one run; leave out --repeat, or compare its runs afterwards');
    if (flags['dry-run']) {
      process.exitCode = await this.#dryRun(args.trace, flags, terms, format);
      return;
    }
    prepareFiles(flags);
    const collect = await collectAfter(flags);
    const { closeArrivals } = await import('../arrival-store.js');
    const trace = await openTrace(args.trace, flags);
    const date = (): Date => new Date();
    const live = await liveProgress(process.stderr, { quiet: flags.quiet, env: process.env });
    let started = false;
    const stop = stopOnSignals(() => {
      live.end();
      this.logToStderr(
        started
          ? 'stopping: nothing more is sent, the report follows (once more kills)'
          : 'stopping before the start: nothing was sent (once more kills)',
      );
    });
    let metrics: LiveMetrics | undefined;
    try {
      metrics = await liveMetrics(flags, { env: process.env, date, say: live.say });
      const { replay } = await import('../replay/replay.js');
      const request = requestOf(trace, flags, { ...terms, ...(await givenBudget(flags.budget, terms.prices)) });
      const world: Surroundings = {
        ...surroundings(stop.signal, live, (progress) => metrics?.show(progress)),
        onStart: () => {
          started = true;
        },
      };
      if (flags.repeat !== undefined) {
        const { repeatRun } = await import('./repeat-run.js');
        process.exitCode = await repeatRun(request, { ...flags, json: format === 'json' }, world, {
          exitOf: exitCode,
          redraw: args.trace === undefined ? (seed) => openTrace(undefined, { ...flags, seed }) : undefined,
        });
        return;
      }
      const result = await collect(await replay(request, world), stop.signal);
      live.end();
      await print(result, format, flags.latency);
      await metrics.end(result.report, stop.signal);
      process.exitCode = exitCode(result);
      await tellCi(result.report, flags, process.env);
      if (result.trouble !== undefined) throw result.trouble;
    } finally {
      live.end();
      await metrics?.close();
      stop.release();
      closeArrivals(trace.store);
    }
  }

  async #dryRun(source: string | undefined, flags: RunFlags, terms: GivenTerms, format: OutputFormat): Promise<number> {
    const { closeArrivals } = await import('../arrival-store.js');
    const { dryRun } = await import('./dry-run.js');
    const trace = await openTrace(source, flags);
    try {
      const { batching, ...rest } = requestOf(trace, flags, terms);
      const batches = batching === undefined ? {} : { batching };
      const request = { ...rest, ...batches, payloads: trace.payloads, sends: true };
      return await dryRun(request, format === 'json', (text) => {
        this.logToStderr(text);
      });
    } finally {
      closeArrivals(trace.store);
    }
  }
}

/** The world of a run at the command line; `show` also gets each progress. */
export function surroundings(
  stop: AbortSignal,
  live: LiveProgress,
  show: (progress: Progress) => void = () => undefined,
): Surroundings {
  return {
    folder: process.cwd(),
    env: process.env,
    date: () => new Date(),
    stop,
    say: (text) => {
      live.say(plainFor(process.env, text));
    },
    onProgress: (progress) => {
      live.show(progress);
      show(progress);
    },
  };
}

export type RunFlags = Interfaces.InferredFlags<typeof Run.flags>;

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

export async function givenPayloads({
  body,
  payload,
}: Pick<RunFlags, 'body' | 'payload'>): Promise<readonly Payload[] | undefined> {
  if (body !== undefined && payload !== undefined)
    throw new UserError('--body and --payload are two ways to say the same; give one');
  const { readPayloadArgument } = await import('../trace-file/payloads.js');
  if (payload !== undefined) return readPayloadArgument(payload);
  if (body?.startsWith('@') === true) return readPayloadArgument(body.slice(1));
  if (body === undefined) return undefined;
  return [
    {
      kind: 'bytes',
      contentType: isJson(body) ? 'application/json' : 'text/plain; charset=utf-8',
      bytes: new TextEncoder().encode(body),
    },
  ];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** One run as its flags ask for it. */
export function requestOf(
  trace: Trace,
  flags: RunFlags,
  terms: GivenTerms & GivenThresholds & { budget?: number },
): ReplayRequest {
  if (flags.to !== undefined && flags.to <= flags.from) throw new UserError('--to must lie after --from');
  return {
    trace,
    backend: flags.backend,
    backendOptions: backendOptions(flags),
    fromMs: flags.from,
    toMs: flags.to ?? Infinity,
    speed: flags.speed,
    workers: flags.workers,
    pacing: flags.pacing as ReplayRequest['pacing'],
    time: flags.time as ReplayRequest['time'],
    maxInFlight: flags['max-in-flight'],
    connections: flags.connections,
    timeoutMs: flags.timeout,
    ...givenBatching(flags),
    warmupMs: flags.warmup,
    maxLatenessMs: flags['max-lateness'],
    seed: flags.seed,
    ...terms,
    ...givenTags(flags.tag),
    out: flags.out,
    html: flags.html,
  };
}

type BackendFlags = Pick<
  RunFlags,
  'set' | 'url' | 'model' | 'sessions' | 'method' | 'expect' | 'header' | 'insecure' | 'http2'
> & { readonly connections?: number | undefined };

/** `--set` first, then the shorthands; a key given twice becomes a list, which only repeatable options take. */
export function backendOptions(flags: BackendFlags): RawOptions {
  const pairs: [string, string][] = (flags.set ?? []).map((text) => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UserError(`--set ${printable(text, 60)}: give key=value`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  for (const key of ['url', 'model', 'sessions', 'method'] as const) {
    const value = flags[key];
    if (value !== undefined) pairs.push([key, value]);
  }
  for (const key of ['expect', 'header'] as const) for (const value of flags[key] ?? []) pairs.push([key, value]);
  if (flags.insecure) pairs.push(['insecure', 'true']);
  if (flags.http2) {
    pairs.push(['http2', 'true']);
    if (!pairs.some(([key]) => key === 'client')) pairs.push(['client', 'undici']);
  }
  if (flags.connections !== undefined) pairs.push(['connections', String(flags.connections)]);
  const options: Record<string, string | string[]> = {};
  for (const [key, value] of pairs) {
    const before = Object.hasOwn(options, key) ? options[key] : undefined;
    Object.defineProperty(options, key, {
      value: before === undefined ? value : [before, value].flat(),
      enumerable: true,
      configurable: true,
    });
  }
  return options;
}

async function print(
  { report, folder, spectrum }: ReplayResult,
  format: OutputFormat,
  latency: boolean,
): Promise<void> {
  if (format === 'csv') await printSamples(folder);
  else if (format !== 'quiet') await printReport(report, spectrum, { json: format === 'json', latency });
  if (format === 'text') process.stderr.write(plainFor(process.env, `written to ${folder}\n`));
}

/** Whole, also where the run was stopped. */
async function printSamples(folder: string): Promise<void> {
  const { exportSamples } = await import('../export/export-samples.js');
  await exportSamples(folder, 'csv', process.stdout, new AbortController().signal);
}

/** By precedence: what stops a run outranks what it measured. */
export function exitCode({ record, report, trouble }: ReplayResult): number {
  if (trouble !== undefined) return EXIT.userError;
  if (record.end?.interrupted === true) return EXIT.interrupted;
  if (report.verdict.valid && record.end?.overBudget === true) return EXIT.budget;
  return exitOfReport(report);
}
