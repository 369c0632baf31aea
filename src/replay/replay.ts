import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Backend, BackendPlugin, RawOptions } from '../backends/backend.js';
import { importPlugin, locatePlugin } from '../backends/registry.js';
import { storedCalibration } from '../calibration.js';
import { cpuBudget } from '../cpu-budget.js';
import { foldSections, type SectionFold } from '../collectors/registry.js';
import { openSampleLog, type SampleLog } from '../collectors/sample-log.js';
import {
  LATEST_PRICES,
  type CapacityReading,
  type CostTerms,
  type PriceSheet,
  type RentedMachine,
} from '../cost-terms.js';
import { messageOf, UserError } from '../errors.js';
import type { Report } from '../report.js';
import { renderReportJson } from '../report/report-json.js';
import type { Plan, RunEnd, RunRecord } from '../run.js';
import type { SampleBatch } from '../sample.js';
import type { Payload, Trace } from '../trace.js';
import { asksTooMuch } from './asks-too-much.js';
import { choosePacing, type ChosenPacing, type Pacing } from './choose-pacing.js';
import { withEnvironment } from './environment-options.js';
import { runFleet } from './fleet.js';
import { measureHostUsage } from './host-usage.js';
import { knowsSent } from './knows-sent.js';
import { countInFlight, inFlightMemory } from './in-flight.js';
import { makeReport } from './make-report.js';
import type { WorkerOrder, WorkerResources } from './messages.js';
import { makePlan } from './make-plan.js';
import { probeCapacity } from './probe-capacity.js';
import { redactOptions } from './redact-options.js';
import { makeRunFolder, RUN_FILES, writeWhole } from './run-folder.js';
import { clipWindow, type Window } from './schedule.js';
import { createSystemClock, type SystemClock } from './system-clock.js';
import { virtualRun, WATCH_MS } from './virtual-run.js';
import { watchBudget } from './watch-budget.js';
import { writePage } from './write-page.js';

/** One run, as asked for. Defaults are the command line's; here everything is stated. */
export interface ReplayRequest {
  readonly trace: Trace;
  /** A built-in name, a path, or a package. */
  readonly backend: string;
  readonly backendOptions: RawOptions;
  readonly fromMs: number;
  /** Exclusive; Infinity: to the end. */
  readonly toMs: number;
  readonly speed: number;
  /** Absent: as many as the CPUs left beside the main thread. */
  readonly workers: number | undefined;
  readonly pacing: Pacing;
  readonly time: 'real' | 'virtual';
  /** Absent: 10,000, and shedding is then our own fault. */
  readonly maxInFlight: number | undefined;
  /** Set: the connections a run opens before the start, and never more. */
  readonly connections: number | undefined;
  readonly timeoutMs: number;
  readonly warmupMs: number;
  readonly maxLatenessMs: number;
  readonly seed: number;
  /** A shipped sheet by name, or a whole one; absent: the latest. */
  readonly prices?: string | PriceSheet;
  /** A machine of the user's own that serves this run. */
  readonly machine?: RentedMachine;
  /** Stops sending before this can be passed, in the currency of the sheet. */
  readonly budget?: number;
  /** A new or empty folder; absent: a fresh one below `runs`. */
  readonly out: string | undefined;
  /** False: no report.html. */
  readonly html?: boolean;
}

/** The world as a run sees it. */
export interface Surroundings {
  /** Where plugins given by path or package are looked up. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly date: () => Date;
  /** Aborted: send nothing more, write the report. */
  readonly stop: AbortSignal;
  /** What takes long before the start, and what the user should know at once. */
  readonly say: (text: string) => void;
  /** Once a second while the run goes on. */
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  /** Ms since due 0; negative before it. */
  readonly nowMs: number;
  readonly durationMs: number;
  readonly planned: number;
  readonly ok: number;
  readonly failed: number;
  readonly inFlight: number;
}

export interface ReplayResult {
  readonly folder: string;
  readonly record: RunRecord;
  readonly report: Report;
  /** What the user must mend although the run was reported: the disk refused the log or the report. */
  readonly trouble: UserError | undefined;
}

const DEFAULT_MAX_IN_FLIGHT = 10_000;

/** The line: trace -> schedule -> shards -> workers -> backend -> samples -> collectors -> report, in a folder of its own. */
export async function replay(request: ReplayRequest, world: Surroundings): Promise<ReplayResult> {
  const prepared = await prepare(request, world);
  const folder = makeRunFolder(request.out, prepared.folderName);
  const { plan, cost } = prepared.record;
  const fold = await foldSections({ plan, cost });
  const budget = watchBudget(request.budget, plan, fold);
  const log = await openSampleLog(join(folder, RUN_FILES.samples), { usage: cost.billing !== null });
  const run = request.time === 'virtual' ? runVirtual : runReal;
  const over = await run(prepared, { folder, log, fold, world, budget });
  return conclude(over, { folder, log, fold }, request.html ?? true);
}

interface Prepared {
  readonly request: ReplayRequest;
  readonly plugin: BackendPlugin;
  readonly pluginUrl: string;
  readonly options: unknown;
  readonly payloads: readonly Payload[];
  readonly window: Window;
  readonly pacing: ChosenPacing;
  /** The record before the start. */
  readonly record: RunRecord & { readonly cost: CostTerms };
  readonly folderName: string;
}

async function prepare(request: ReplayRequest, world: Surroundings): Promise<Prepared> {
  const { url } = await locatePlugin(request.backend, world.folder);
  const plugin = await importPlugin(url);
  if (request.time === 'virtual' && plugin.waits !== 'on-the-clock') {
    throw new UserError(
      `backend ${plugin.name} answers from the world; --time virtual needs one that waits on the clock (simulated)`,
    );
  }
  const backendOptions = withEnvironment(plugin.name, plugin.options ?? [], request.backendOptions, world.env);
  const parsed = plugin.parseOptions(backendOptions);
  const window = clipWindow(request.trace, request.fromMs, request.toMs, request.speed);
  const plan = makePlan(request.trace, window, planLimits(request, plugin, parsed));
  const setUp = await plugin.setUp?.(parsed, {
    payloads: request.trace.payloads,
    mostInFlight: Math.min(plan.planned, plan.maxInFlight.limit),
    progress: world.say,
    env: world.env,
    signal: world.stop,
  });
  const options = setUp === undefined ? parsed : setUp.options;
  const budget = cpuBudget();
  const workers = request.time === 'virtual' ? 1 : chooseWorkers(request.workers, budget, plugin.maxWorkers?.(options));
  const pacing = choosePacing(request.pacing, budget, workers, plugin.ownCpus?.(options) ?? 0);
  const warnings = request.time === 'virtual' ? [] : startWarnings(plan, workers, pacing, world);
  for (const warning of warnings) world.say(`warning: ${warning}`);
  const payloads = request.trace.payloads.length > 0 ? request.trace.payloads : (setUp?.payloads ?? []);
  const notes = [
    ...speedNotes(request.speed),
    ...workerNotes(request.workers, workers, plugin.name),
    ...(setUp?.notes ?? []),
  ];
  const startedAt = world.date();
  const record = firstRecord(
    { ...request, backendOptions },
    {
      plugin,
      plan,
      pacing,
      workers,
      notes,
      startedAt,
      cost: costTerms(request, plugin, options),
    },
  );
  return {
    request,
    plugin,
    pluginUrl: url,
    options,
    payloads,
    window,
    pacing,
    record,
    folderName: `${stamp(startedAt)}-${slug(request)}`,
  };
}

function planLimits(
  request: ReplayRequest,
  plugin: BackendPlugin,
  options: unknown,
): Omit<Plan, 'planned' | 'durationMs' | 'duePerSecond'> {
  const { warmupMs, timeoutMs, maxLatenessMs, maxInFlight, connections } = request;
  return {
    warmupMs,
    timeoutMs,
    maxLatenessMs,
    maxInFlight: { limit: maxInFlight ?? DEFAULT_MAX_IN_FLIGHT, explicit: maxInFlight !== undefined },
    ...(connections === undefined ? {} : { connections }),
    knowsSent: knowsSent(plugin, options),
  };
}

function startWarnings(plan: Plan, workers: number, pacing: ChosenPacing, { env }: Surroundings): string[] {
  const tooMuch = asksTooMuch(plan, workers, pacing.used, storedCalibration(env));
  return [pacing.warning, tooMuch].filter((text) => text !== undefined);
}

function chooseWorkers(asked: number | undefined, budget: number, most = Infinity): number {
  return Math.min(asked ?? Math.max(1, Math.floor(budget) - 1), most);
}

function workerNotes(asked: number | undefined, used: number, backend: string): string[] {
  if (asked === undefined || asked === used) return [];
  return [`${String(asked)} workers were asked for; backend ${backend} as set uses ${String(used)}.`];
}

function speedNotes(speed: number): string[] {
  if (speed === 1) return [];
  return [
    `Replayed at ${String(speed)}x: bursts are ${speed > 1 ? 'shorter' : 'longer'} against cold starts and autoscaling than in the trace.`,
  ];
}

function costTerms({ prices, machine }: ReplayRequest, plugin: BackendPlugin, options: unknown): CostTerms {
  return { billing: plugin.billing?.(options) ?? null, prices: prices ?? LATEST_PRICES, machine: machine ?? null };
}

interface Made {
  readonly plugin: BackendPlugin;
  readonly plan: Plan;
  readonly pacing: ChosenPacing;
  readonly workers: number;
  readonly notes: string[];
  readonly startedAt: Date;
  readonly cost: CostTerms;
}

function firstRecord(request: ReplayRequest, made: Made): Prepared['record'] {
  const { trace, time, seed } = request;
  const virtual = time === 'virtual';
  return {
    format: 1,
    id: virtual ? `virtual-${slug(request)}` : `${stamp(made.startedAt)}-${slug(request)}`,
    startedAt: virtual ? null : made.startedAt.toISOString(),
    startMonotonicNs: 0,
    trace: {
      name: trace.name,
      sha256: trace.sha256,
      count: trace.count,
      durationMs: trace.durationMs,
      recipe: trace.recipe ?? null,
    },
    backend: made.plugin.name,
    options: redactOptions(request.backendOptions, made.plugin.publicOptions),
    backendFacts: {},
    time,
    window: { fromMs: request.fromMs, toMs: Number.isFinite(request.toMs) ? request.toMs : null, speed: request.speed },
    workers: made.workers,
    pacing: virtual
      ? { asked: request.pacing, used: 'virtual', why: 'time is virtual' }
      : { asked: made.pacing.asked, used: made.pacing.used, why: made.pacing.why },
    seed,
    notes: made.notes,
    cost: made.cost,
    plan: made.plan,
    versions: versions(),
    host: virtual ? {} : host(),
    end: null,
  };
}

function versions(): Record<string, string> {
  const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return { replay: own.version, node: process.versions.node, v8: process.versions.v8 };
}

function host(): Record<string, string | number> {
  return {
    platform: process.platform,
    arch: process.arch,
    kernel: release(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    cpuBudget: cpuBudget(),
    memoryBytes: totalmem(),
  };
}

/** 20261124-084512, in UTC. */
function stamp(date: Date): string {
  return date.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}

function slug({ trace, backend }: ReplayRequest): string {
  const safe = (text: string): string =>
    text
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, 60);
  return `${safe(trace.name) || 'trace'}-${safe(backend.split('/').at(-1) ?? '') || 'backend'}`;
}

interface Sinks {
  readonly folder: string;
  readonly log: SampleLog;
  readonly fold: SectionFold;
}

interface World extends Sinks {
  readonly world: Surroundings;
  /** Whether sending on can pass the budget; absent: there is none. */
  readonly budget: ((nowMs: number) => boolean) | undefined;
}

interface Over {
  readonly record: RunRecord;
  readonly trouble: UserError | undefined;
}

function workerOrder(prepared: Prepared, index: number, memory: SharedArrayBuffer): WorkerOrder {
  const { request, record } = prepared;
  return {
    store: request.trace.store,
    window: prepared.window,
    shard: { index, of: record.workers },
    pluginUrl: prepared.pluginUrl,
    options: prepared.options,
    payloads: prepared.payloads,
    runId: record.id,
    seed: request.seed,
    pacing: prepared.pacing.used,
    timeoutMs: request.timeoutMs,
    inFlight: { memory, limit: record.plan.maxInFlight.limit },
  };
}

async function runVirtual(prepared: Prepared, { folder, log, fold, world, budget }: World): Promise<Over> {
  const { record } = prepared;
  writeWhole(folder, RUN_FILES.record, json(record));
  let nowMs = 0;
  const stop = stopper(world.stop, log, () => nowMs);
  const watch = (ms: number): void => {
    nowMs = ms;
    if (budget?.(ms) === true) stop.overBudget();
  };
  const onBatch = takeBatches(fold, log, stop);
  const { endedMs, facts, capacity } = await virtualRun(
    prepared.plugin,
    workerOrder(prepared, 0, inFlightMemory(1)),
    onBatch,
    stop.signal,
    ...(budget === undefined ? [] : [watch]),
  );
  const told = capacity.length === 0 ? {} : { capacity };
  const end: RunEnd = { endedMs, ...stop.facts(), crashes: [], complete: true, resources: null, ...told };
  return { record: { ...record, backendFacts: facts, end }, trouble: stop.trouble() };
}

async function runReal(prepared: Prepared, { folder, log, fold, world, budget }: World): Promise<Over> {
  let record: RunRecord = prepared.record;
  const prober = createProber(prepared);
  const memory = inFlightMemory(record.workers);
  const now = (): number =>
    record.startMonotonicNs === 0 ? -1 : (Number(process.hrtime.bigint()) - record.startMonotonicNs) / 1e6;
  const stop = stopper(world.stop, log, now);
  const counts = { ok: 0, failed: 0 };
  const take = takeBatches(fold, log, stop);
  const hostUsage = measureHostUsage();
  const ticking = setInterval(() => {
    const { durationMs, planned } = record.plan;
    world.onProgress({ nowMs: now(), durationMs, planned, ...counts, inFlight: countInFlight(memory) });
  }, 1000);
  const watching =
    budget === undefined
      ? undefined
      : setInterval(() => {
          if (budget(now())) stop.overBudget();
        }, WATCH_MS);
  try {
    const fleet = await runFleet({
      orders: Array.from({ length: record.workers }, (_, index) => workerOrder(prepared, index, memory)),
      onBatch: (batch) => {
        count(batch, counts);
        take(batch);
      },
      onStart: (startMonotonicNs) => {
        record = { ...record, startMonotonicNs: Number(startMonotonicNs) };
        prober?.start(startMonotonicNs);
        writeWhole(folder, RUN_FILES.record, json(record));
      },
      now,
      stop: stop.signal,
      stoppedMs: () => stop.facts().stoppedMs ?? Infinity,
    });
    const endedMs = Math.max(0, now());
    const capacity = await prober?.end();
    const end: RunEnd = {
      endedMs,
      ...stop.facts(),
      crashes: fleet.crashes,
      complete: true,
      resources: { ...sumResources(fleet.resources), ...hostUsage() },
      ...(capacity === undefined || capacity.length === 0 ? {} : { capacity }),
    };
    return { record: { ...record, backendFacts: mergeFacts(fleet.facts), end }, trouble: stop.trouble() };
  } finally {
    clearInterval(ticking);
    clearInterval(watching);
    void prober?.end();
  }
}

interface Prober {
  start(startMonotonicNs: bigint): void;
  /** Reads once more. */
  end(): Promise<readonly CapacityReading[]>;
}

/** Only a service that costs by the hour is asked what is provisioned, by a client on this thread. */
function createProber(prepared: Prepared): Prober | undefined {
  const { billing } = prepared.record.cost;
  if (billing?.model !== 'hourly') return undefined;
  const over = new AbortController();
  let readings: Promise<readonly CapacityReading[]> = Promise.resolve([]);
  return {
    start(startMonotonicNs) {
      const clock = createSystemClock('exact');
      clock.startAt(startMonotonicNs);
      readings = readToTheEnd(prepared, clock, over.signal);
    },
    end() {
      over.abort();
      return readings;
    },
  };
}

async function readToTheEnd(
  { plugin, options, payloads, record, request }: Prepared,
  clock: SystemClock,
  over: AbortSignal,
): Promise<readonly CapacityReading[]> {
  const context = { clock, payloads, worker: 0, workers: 1, runId: record.id, seed: request.seed, virtual: false };
  let backend: Backend | undefined;
  try {
    backend = await plugin.create(options, context);
    return await probeCapacity(backend, clock, over);
  } catch (thrown) {
    return [{ atMs: clock.now(), failed: messageOf(thrown) }];
  } finally {
    await backend?.close?.().catch(() => undefined);
    clock.close();
  }
}

function count({ rows, outcome }: SampleBatch, counts: { ok: number; failed: number }): void {
  let ok = 0;
  for (let i = 0; i < rows; i++) if (outcome[i] === 0) ok++;
  counts.ok += ok;
  counts.failed += rows - ok;
}

type StopFacts = Pick<RunEnd, 'stoppedMs' | 'stopReason' | 'interrupted' | 'overBudget'>;

interface Stopper {
  readonly signal: AbortSignal;
  /** Stops because the disk refuses the log. */
  logFailed(failure: UserError): void;
  /** Stops because sending on could cost more than allowed. */
  overBudget(): void;
  trouble(): UserError | undefined;
  facts(): StopFacts;
}

/** The user's stop and our own, and which came first. */
function stopper(user: AbortSignal, log: SampleLog, now: () => number): Stopper {
  const controller = new AbortController();
  let facts: StopFacts = {
    stoppedMs: null,
    stopReason: null,
    interrupted: false,
  };
  let trouble: UserError | undefined;
  const stop = (reason: string, interrupted: boolean): void => {
    if (facts.stoppedMs === null) facts = { stoppedMs: Math.max(0, now()), stopReason: reason, interrupted };
    controller.abort();
  };
  const byUser = (): void => {
    stop('interrupted by the user', true);
  };
  if (user.aborted) byUser();
  user.addEventListener('abort', byUser, { once: true });
  return {
    signal: controller.signal,
    logFailed(failure) {
      trouble ??= failure;
      stop(failure.message, false);
    },
    overBudget() {
      if (facts.stoppedMs !== null) return;
      stop('the budget could have been passed', false);
      facts = { ...facts, overBudget: true };
    },
    trouble: () => trouble ?? log.failure,
    facts: () => facts,
  };
}

function takeBatches(fold: SectionFold, log: SampleLog, stop: Stopper): (batch: SampleBatch) => void {
  return (batch) => {
    fold.add(batch);
    log.write(batch);
    if (log.failure !== undefined) stop.logFailed(log.failure);
  };
}

function sumResources(all: readonly WorkerResources[]): Record<string, number> {
  const sum = {
    workerCpuShareMax: Math.max(...all.map(({ cpuShare }) => cpuShare)),
    workerRunQueueMs: all.reduce((total, { runQueueMs }) => total + runQueueMs, 0),
    workerGcMs: all.reduce((total, { gcMs }) => total + gcMs, 0),
    workerGcMaxMs: Math.max(0, ...all.map(({ gcMaxMs }) => gcMaxMs)),
  };
  return Object.fromEntries(Object.entries(sum).filter(([, value]) => Number.isFinite(value)));
}

/** Numbers add up over workers; anything else is the first worker's. */
function mergeFacts(
  all: readonly Readonly<Record<string, string | number | boolean>>[],
): Record<string, string | number | boolean> {
  const merged: Record<string, string | number | boolean> = {};
  for (const facts of all) {
    for (const [name, value] of Object.entries(facts)) {
      const before = merged[name];
      merged[name] = typeof value === 'number' && typeof before === 'number' ? before + value : (before ?? value);
    }
  }
  return merged;
}

/** Ends the log and writes the report; a disk that refuses is told after the report is made, so that the numbers are not lost. */
async function conclude(
  { record, trouble: before }: Over,
  { folder, log, fold }: Sinks,
  html: boolean,
): Promise<ReplayResult> {
  let trouble = before;
  const attempt = async (write: () => void | Promise<void>): Promise<void> => {
    try {
      await write();
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      trouble ??= thrown;
    }
  };
  const { sections, verdict, hlog } = fold.finish(record.end as RunEnd);
  const report = makeReport(record, sections, verdict);
  await attempt(() => log.close());
  await attempt(() => {
    writeWhole(folder, RUN_FILES.record, json(record));
  });
  await attempt(() => {
    writeWhole(folder, RUN_FILES.report, renderReportJson(report));
  });
  await attempt(() => {
    writeWhole(folder, RUN_FILES.hlog, hlog);
  });
  if (html) await attempt(() => writePage(folder, report));
  return { folder, record, report, trouble };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
