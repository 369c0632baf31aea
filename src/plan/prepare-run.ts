import type { BackendPlugin } from '../backends/backend.js';
import { foreignLabel } from '../backends/registry.js';
import { storedCalibration } from '../host/calibration.js';
import type { CostTerms } from '../cost-terms.js';
import { cpuBudget } from '../host/cpu-budget.js';
import type { CustomCollector } from '../custom-collector.js';
import type { Plan, RunRecord } from '../run.js';
import type { Payload } from '../trace.js';
import { checkCollectors } from './check-metrics.js';
import { coarseNotes } from './coarse-notes.js';
import { declaredColumns } from './declared-columns.js';
import { chooseSenders, type Senders } from '../time/choose-senders.js';
import { firstRecord, runName } from './first-record.js';
import { isServiceHere } from './is-service-here.js';
import { knowsSent } from './knows-sent.js';
import { checkKeptColumns } from '../run-folder/keep-columns.js';
import { loadCollectors } from './load-collectors.js';
import { makePlan } from './make-plan.js';
import { moduleIdentity } from './module-identity.js';
import { costTerms, findPlugin, givenBackend, readBackend, setUpBackend } from './prepare-backend.js';
import type { ReplayRequest, Surroundings } from './replay-request.js';
import { clipWindow, type Window } from '../loop/schedule.js';
import type { KnownSecrets } from '../secrets/known-secrets.js';
import { sentIdentity } from './sent-identity.js';

const DEFAULT_MAX_IN_FLIGHT = 10_000;

/** A run that could start now. */
export interface Prepared {
  readonly request: ReplayRequest;
  readonly plugin: BackendPlugin;
  readonly pluginUrl: string;
  /** What messages call a plugin that does not come with replay. */
  readonly foreign: string | undefined;
  readonly options: unknown;
  /** What no text of the run may tell. */
  readonly secrets: KnownSecrets;
  readonly payloads: readonly Payload[];
  readonly window: Window;
  readonly senders: Senders;
  /** The record before the start. */
  readonly record: RunRecord & { readonly cost: CostTerms };
  /** Of the user's own. */
  readonly collectors: readonly CustomCollector[];
  readonly folderName: string;
}

/** All that is settled before anything is sent: the plugin and its options, the plan, the threads. Throws `UserError`. */
export async function prepareRun(request: ReplayRequest, world: Surroundings): Promise<Prepared> {
  const { trace, batching } = request;
  checkKeptColumns(trace.store, request.keepColumns ?? []);
  const found = await findPlugin(request.backend, world.folder);
  const read = readBackend(givenBackend(found, request, trace.payloads, world.env), request, trace.payloads);
  const { plugin, located } = read;
  const collectors = await loadCollectors(request.collectors ?? [], world.folder);
  checkCollectors(collectors, request.thresholds ?? []);
  const window = clipWindow(trace, request.fromMs, request.toMs, request.speed, batching);
  const plan = makePlan(trace, window, planLimits(request, plugin, read.options));
  const ready = await setUpBackend(read, {
    payloads: trace.payloads,
    mostInFlight: Math.min(plan.batching?.invocations ?? plan.planned, plan.maxInFlight.limit),
    ...(batching === undefined ? {} : { batchSize: batching.size }),
    progress: world.say,
    timeoutMs: request.timeoutMs,
    env: world.env,
    signal: world.stop,
  });
  const { options, payloads, secrets, backendOptions } = ready;
  const senders = request.time === 'virtual' ? VIRTUAL : await realSenders({ request, plugin, options, plan }, world);
  if (senders.warning !== undefined) world.say(`warning: ${senders.warning}`);
  const notes = [
    ...(trace.notes ?? []),
    ...coarseNotes(trace.store),
    ...speedNotes(request.speed),
    ...workerNotes(request.workers, senders.workers, plugin.name),
    ...ready.notes,
    ...attemptNotes(request.attempt),
  ];
  const startedAt = world.date();
  const record = firstRecord(
    { ...request, backendOptions },
    {
      plugin,
      plan,
      senders,
      notes,
      startedAt,
      cost: costTerms(request, ready),
      sent: sentIdentity(payloads, trace, backendOptions),
      secrets,
      served: { ...moduleIdentity(located), ...ready.served },
    },
  );
  return {
    request,
    plugin,
    pluginUrl: located.url,
    foreign: foreignLabel(plugin.name, located.url),
    options,
    secrets,
    payloads,
    window,
    senders,
    record,
    collectors,
    folderName: runName(request, startedAt),
  };
}

function planLimits(request: ReplayRequest, plugin: BackendPlugin, options: unknown): Parameters<typeof makePlan>[2] {
  const { warmupMs, timeoutMs, maxLatenessMs, maxInFlight } = request;
  const columns = declaredColumns(plugin, options);
  const connections = plugin.connectionLimit === undefined ? request.connections : plugin.connectionLimit(options);
  return {
    warmupMs,
    timeoutMs,
    maxLatenessMs,
    maxInFlight: { limit: maxInFlight ?? DEFAULT_MAX_IN_FLIGHT, explicit: maxInFlight !== undefined },
    ...(typeof connections === 'number' ? { connections } : {}),
    knowsSent: knowsSent(plugin, options),
    ...(plugin.metrics === undefined
      ? {}
      : { metrics: plugin.metrics.map(({ name, unit }) => ({ name, ...(unit === undefined ? {} : { unit }) })) }),
    ...(columns.length === 0 ? {} : { columns }),
  };
}

/** Time does not pass while one worker sends. */
const VIRTUAL: Senders = { asked: 'auto', used: 'economic', workers: 1, exactCpus: 0, why: 'time is virtual' };

type Settled = Pick<Prepared, 'request' | 'plugin' | 'options'> & { readonly plan: Plan };

async function realSenders({ request, plugin, options, plan }: Settled, { env }: Surroundings): Promise<Senders> {
  const { pacing, workers } = request;
  const calls = plan.batching?.perSecond ?? plan.duePerSecond;
  const load = {
    perSecond: calls.reduce((most, due) => Math.max(most, due), 0),
    backendCpus: plugin.ownCpus?.(options) ?? 0,
    serviceHere: await isServiceHere(() => plugin.checks?.address?.(options, env)),
    mostWorkers: plugin.maxWorkers?.(options) ?? Infinity,
  };
  return chooseSenders({ pacing, workers }, load, { cpus: cpuBudget(), calibration: storedCalibration(env) });
}

function workerNotes(asked: number | undefined, used: number, backend: string): string[] {
  if (asked === undefined || asked === used) return [];
  return [`${String(asked)} workers were asked for; backend ${backend} as set uses ${String(used)}.`];
}

function attemptNotes(attempt = 1): string[] {
  if (attempt === 1) return [];
  const before =
    attempt === 2 ? 'One attempt before this run was' : `${String(attempt - 1)} attempts before this run were`;
  return [`${before} INVALID and kept beside it (attempt-1 and so on).`];
}

function speedNotes(speed: number): string[] {
  if (speed === 1) return [];
  return [
    `Replayed at ${String(speed)}x: bursts are ${speed > 1 ? 'shorter' : 'longer'} against cold starts and autoscaling than in the trace.`,
  ];
}
