import type { BackendPlugin, RawOptions, SetUp, SetUpResult } from '../backends/backend.js';
import { foreignLabel, importPlugin, locatePlugin } from '../backends/registry.js';
import { storedCalibration } from '../host/calibration.js';
import { LATEST_PRICES, type CostTerms } from '../cost-terms.js';
import { cpuBudget } from '../host/cpu-budget.js';
import { isUserError, UserError } from '../errors.js';
import type { Plan, RunRecord } from '../run.js';
import type { Payload } from '../trace.js';
import { checkBatches } from './check-batches.js';
import { checkMetrics } from './check-metrics.js';
import { chooseSenders, type Senders } from '../time/choose-senders.js';
import { checkPayloadRequests } from './check-payload-requests.js';
import { withEnvironment } from './environment-options.js';
import { firstRecord, runName } from './first-record.js';
import { KnownSecrets } from '../secrets/known-secrets.js';
import { isServiceHere } from './is-service-here.js';
import { knowsSent } from './knows-sent.js';
import { makePlan } from './make-plan.js';
import { moduleIdentity } from './module-identity.js';
import { readOptions } from './read-options.js';
import type { ReplayRequest, Surroundings } from './replay-request.js';
import { clipWindow, type Window } from '../loop/schedule.js';
import { secretParts } from '../secrets/secret-parts.js';
import { secretsOfEnvironment } from '../secrets/secrets-of-environment.js';
import { secretsOfOptions } from '../secrets/secrets-of-options.js';
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
  readonly folderName: string;
}

/** All that is settled before anything is sent: the plugin and its options, the plan, the threads. Throws `UserError`. */
export async function prepareRun(request: ReplayRequest, world: Surroundings): Promise<Prepared> {
  const located = await locatePlugin(request.backend, world.folder);
  const { url } = located;
  const plugin = await importPlugin(url);
  if (request.time === 'virtual' && plugin.waits !== 'on-the-clock') {
    throw new UserError(
      `backend ${plugin.name} answers from the world; --time virtual needs one that waits on the clock (simulated)`,
    );
  }
  const backendOptions = withEnvironment(plugin.name, plugin.options ?? [], request.backendOptions, world.env);
  const parsed = readOptions(plugin, backendOptions, request.backendOptions, request.optionNames);
  const { batching } = request;
  if (batching !== undefined) checkBatches(plugin, parsed);
  checkPayloadRequests(plugin, request.trace.payloads);
  checkMetrics(plugin, request.thresholds ?? []);
  const window = clipWindow(request.trace, request.fromMs, request.toMs, request.speed, batching);
  const plan = makePlan(request.trace, window, planLimits(request, plugin, parsed));
  const headed = withPayloadHeaders(backendOptions, request.trace.payloads);
  const secrets = new KnownSecrets([
    ...(request.secrets ?? []).flatMap(secretParts),
    ...secretsOfOptions(headed, plugin.publicOptions, request.secrets),
    ...secretsOfEnvironment(world.env),
  ]);
  const setUp = await setUpOf(plugin, parsed, secrets, {
    payloads: request.trace.payloads,
    mostInFlight: Math.min(plan.batching?.invocations ?? plan.planned, plan.maxInFlight.limit),
    ...(batching === undefined ? {} : { batchSize: batching.size }),
    progress: (text) => {
      world.say(secrets.hide(text));
    },
    hide: (secret) => {
      secrets.add(secret);
    },
    env: world.env,
    signal: world.stop,
  });
  const options = setUp === undefined ? parsed : setUp.options;
  const senders = request.time === 'virtual' ? VIRTUAL : await realSenders({ request, plugin, options, plan }, world);
  if (senders.warning !== undefined) world.say(`warning: ${senders.warning}`);
  const payloads = request.trace.payloads.length > 0 ? request.trace.payloads : (setUp?.payloads ?? []);
  const notes = [
    ...speedNotes(request.speed),
    ...workerNotes(request.workers, senders.workers, plugin.name),
    ...(setUp?.notes ?? []).map((note) => secrets.hide(note)),
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
      cost: costTerms(request, plugin, options),
      sent: sentIdentity(payloads, request.trace, backendOptions),
      secrets,
      served: { ...moduleIdentity(located), ...secrets.tellableFacts(setUp?.served ?? {}) },
    },
  );
  return {
    request,
    plugin,
    pluginUrl: url,
    foreign: foreignLabel(plugin.name, url),
    options,
    secrets,
    payloads,
    window,
    senders,
    record,
    folderName: runName(request, startedAt),
  };
}

/** Headers of payloads are as secret as those of the options. */
function withPayloadHeaders(options: RawOptions, payloads: readonly Payload[]): RawOptions {
  const fields = payloads.flatMap((payload) => (payload.kind === 'bytes' ? (payload.request?.headers ?? []) : []));
  if (fields.length === 0) return options;
  const given = [options['header'] ?? []].flat();
  return { ...options, header: [...given, ...fields.map(([name, value]) => `${name}: ${value}`)] };
}

/** A service that is asked meanwhile may echo what it was sent. */
async function setUpOf(
  plugin: BackendPlugin,
  options: unknown,
  secrets: KnownSecrets,
  how: SetUp,
): Promise<SetUpResult<unknown> | undefined> {
  try {
    return await plugin.setUp?.(options, how);
  } catch (thrown) {
    throw isUserError(thrown) ? new UserError(secrets.hide(thrown.message)) : thrown;
  }
}

function planLimits(request: ReplayRequest, plugin: BackendPlugin, options: unknown): Parameters<typeof makePlan>[2] {
  const { warmupMs, timeoutMs, maxLatenessMs, maxInFlight } = request;
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

function costTerms({ prices, machine }: ReplayRequest, plugin: BackendPlugin, options: unknown): CostTerms {
  const sheet = prices ?? plugin.prices?.(options) ?? LATEST_PRICES;
  return { billing: plugin.billing?.(options) ?? null, prices: sheet, machine: machine ?? null };
}
