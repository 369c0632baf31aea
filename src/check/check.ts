import type {
  Backend,
  BackendContext,
  BackendPlugin,
  Capacity,
  Hide,
  RawOptions,
  SeenAnswer,
  SetUp,
} from '../backends/backend.js';
import { importPlugin, locatePlugin } from '../backends/registry.js';
import { LATEST_PRICES, type CostTerms, type PriceSheet, type RentedMachine } from '../cost-terms.js';
import { printable } from '../errors.js';
import { checkBatches } from '../plan/check-batches.js';
import { checkPayloadRequests } from '../plan/check-payload-requests.js';
import { environmentName, withEnvironment } from '../plan/environment-options.js';
import { KnownSecrets } from '../secrets/known-secrets.js';
import { readOptions } from '../plan/read-options.js';
import { redactOptions } from '../secrets/redact-options.js';
import { clipWindow } from '../loop/schedule.js';
import { secretsOfEnvironment } from '../secrets/secrets-of-environment.js';
import { secretsOfOptions } from '../secrets/secrets-of-options.js';
import { createSystemClock, type SystemClock } from '../time/system-clock.js';
import type { Batching } from '../run.js';
import type { Payload, Trace } from '../trace.js';
import { askProbe } from './ask-probe.js';
import { attempt, type CheckStep, type Learnt } from './check-step.js';
import { compareSizes } from './compare-sizes.js';
import { estimateCalls } from './estimate-calls.js';
import { reachAddress } from './reach-address.js';
import { type OneAnswer, sendOne } from './send-one.js';

export interface CheckRequest {
  /** A built-in name, a path, or a package. */
  readonly backend: string;
  readonly backendOptions: RawOptions;
  /** As in a run. */
  readonly optionNames?: Readonly<Record<string, string>>;
  readonly payloads: readonly Payload[];
  /** Absent: neither calls nor cost can be estimated. */
  readonly trace?: Trace;
  readonly fromMs: number;
  readonly toMs: number;
  readonly speed: number;
  /** Absent: each request is a call of its own. */
  readonly batching?: Batching;
  readonly timeoutMs: number;
  /** False: all but the request. */
  readonly sends: boolean;
  readonly prices?: string | PriceSheet;
  readonly machine?: RentedMachine;
}

export interface CheckWorld {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (text: string) => void;
  /** Each step as soon as it is over. */
  readonly tell: (step: CheckStep) => void;
  /** Aborted: what still waits is given up. */
  readonly stop: AbortSignal;
}

/**
 * A dry run: everything that a run needs of a service, tried one after the other; at most one request is sent, and none after
 * a failure. Rejects with `UserError` where there is no such backend, or the trace has no request.
 */
export async function check(request: CheckRequest, world: CheckWorld): Promise<readonly CheckStep[]> {
  const plugin = await importPlugin((await locatePlugin(request.backend, world.folder)).url);
  const steps: CheckStep[] = [];
  const raw = withEnvironment(plugin.name, plugin.options ?? [], request.backendOptions, world.env);
  const secrets = new KnownSecrets([
    ...secretsOfOptions(raw, plugin.publicOptions),
    ...secretsOfEnvironment(world.env),
  ]);
  const tell = (told: CheckStep): void => {
    const step = withoutSecrets(told, secrets);
    steps.push(step);
    world.tell(step);
  };
  const ready = await getReady({ plugin, raw, request, world, secrets, tell });
  if (ready !== undefined) await tryClient(ready, steps, tell);
  return steps;
}

function hideIn(secrets: KnownSecrets): Hide {
  return (secret) => {
    secrets.add(secret);
  };
}

function withoutSecrets({ text, facts, ...step }: CheckStep, secrets: KnownSecrets): CheckStep {
  return { ...step, text: secrets.hide(text), ...(facts && { facts: secrets.tellableFacts(facts) }) };
}

type Tell = (step: CheckStep) => void;

interface Start {
  readonly plugin: BackendPlugin;
  readonly raw: RawOptions;
  readonly request: CheckRequest;
  readonly world: CheckWorld;
  /** Those that the backend names are added. */
  readonly secrets: KnownSecrets;
  readonly tell: Tell;
}

interface Ready extends Omit<Start, 'tell'> {
  readonly options: unknown;
  readonly payloads: readonly Payload[];
  readonly terms: CostTerms;
}

/** Options, credentials, set-up, address: each needs those before, but the last. */
async function getReady(start: Start): Promise<Ready | undefined> {
  const { plugin, raw, request, world, secrets, tell } = start;
  const parsed = await attempt(tell, 'options', () => checkOptions(start));
  if (parsed === undefined) return undefined;
  const { options } = parsed;
  if ((await attempt(tell, 'credentials', () => findCredentials(plugin, options, world))) === undefined)
    return undefined;
  const ready = await attempt(tell, 'set-up', () => setUp(start, options));
  if (ready === undefined) return undefined;
  await attempt(unlessEmpty(tell), 'address', () => findAddress(plugin, ready.options, world));
  const { prices = LATEST_PRICES, machine = null } = request;
  const billed = await attempt(unlessEmpty(tell), 'billing', () =>
    Promise.resolve({ text: '', value: { billing: plugin.billing?.(ready.options) ?? null } }),
  );
  if (billed === undefined) return undefined;
  return { plugin, raw, request, world, secrets, ...ready, terms: { ...billed, prices, machine } };
}

/** A backend that goes nowhere has no line. */
function unlessEmpty(tell: Tell): Tell {
  return (step) => {
    if (step.text !== '') tell(step);
  };
}

async function findAddress(
  { checks }: BackendPlugin,
  options: unknown,
  { env }: CheckWorld,
): Promise<Learnt<undefined>> {
  const location = await checks?.address?.(options, env);
  return location === undefined ? { text: '', value: undefined } : reachAddress(location);
}

function checkOptions({ plugin, raw, request, world }: Start): Promise<Learnt<{ readonly options: unknown }>> {
  const value = { options: readOptions(plugin, raw, request.backendOptions, request.optionNames) };
  if (request.batching !== undefined) checkBatches(plugin, value.options);
  checkPayloadRequests(plugin, request.payloads);
  const shown = redactOptions(request.backendOptions, plugin.publicOptions);
  const given = Object.entries(shown).map(([name, text]) => `${name}=${[text].flat().join(',')}`);
  const fromEnv = (plugin.options ?? [])
    .filter(({ name }) => request.backendOptions[name] === undefined && raw[name] !== undefined)
    .map(({ name }) => environmentName(plugin.name, name))
    .filter((name) => (world.env[name] ?? '') !== '');
  const all = [...given, ...fromEnv.map((name) => `from ${name}`)];
  return Promise.resolve({ text: `${plugin.name}${all.length === 0 ? '' : `: ${all.join(', ')}`}`, value });
}

async function findCredentials(
  { checks }: BackendPlugin,
  options: unknown,
  { env }: CheckWorld,
): Promise<Learnt<true>> {
  return { text: (await checks?.credentials?.(options, env)) ?? 'none are needed', value: true };
}

async function setUp(
  { plugin, request, world, secrets }: Start,
  options: unknown,
): Promise<Learnt<Pick<Ready, 'options' | 'payloads'>>> {
  const { payloads } = request;
  const made = await plugin.setUp?.(options, {
    payloads,
    mostInFlight: 1,
    ...batchSizeOf(request),
    // What it warns of has steps of its own here.
    progress: (text) => {
      if (!text.startsWith('warning')) world.say(secrets.hide(text));
    },
    hide: hideIn(secrets),
    env: world.env,
    signal: world.stop,
  });
  const used = payloads.length > 0 ? payloads : (made?.payloads ?? []);
  const notes = made?.notes ?? [];
  const count = used.length === 1 ? '1 payload' : `${String(used.length)} payloads`;
  return {
    text: printable([`ready, with ${count}`, ...notes].join('; '), 2000),
    value: { options: made === undefined ? options : made.options, payloads: used },
  };
}

function batchSizeOf({ batching }: CheckRequest): Pick<SetUp, 'batchSize'> {
  return batching === undefined ? {} : { batchSize: batching.size };
}

/** One client is asked what is provisioned, then opened, then sends the one request. */
async function tryClient(ready: Ready, steps: readonly CheckStep[], tell: Tell): Promise<void> {
  const seen: SeenAnswer[] = [];
  const clock = createSystemClock('exact');
  const context = contextOf(ready, clock, (answer) => seen.push(answer));
  const backend = await attempt(unlessEmpty(tell), 'client', async () => ({
    text: '',
    value: await ready.plugin.create(ready.options, context),
  }));
  try {
    if (backend === undefined) return;
    const provisioned = await askProbe(backend, ready.terms.billing, tell);
    await attempt(tell, 'payloads', () => payloadSizes(ready, provisioned));
    const isFine = steps.every(({ state }) => state !== 'failed');
    const answer = await oneRequest(ready, backend, clock, isFine, () => seen[0], tell);
    const { trace } = ready.request;
    if (trace !== undefined) for (const step of estimated(ready, trace, provisioned, answer)) tell(step);
  } finally {
    await attempt(unlessEmpty(tell), 'close', async () => ({ text: '', value: await backend?.close?.() }));
    clock.close();
  }
}

function contextOf(
  { payloads, secrets }: Ready,
  clock: SystemClock,
  onAnswer: (answer: SeenAnswer) => void,
): BackendContext {
  const only = { worker: 0, workers: 1, singleCall: true } as const;
  return { clock, payloads, ...only, runId: 'check', seed: 1, virtual: false, onAnswer, hide: hideIn(secrets) };
}

async function payloadSizes(
  { plugin: { checks }, options, payloads, request }: Ready,
  provisioned: readonly Capacity[],
): Promise<Learnt<undefined>> {
  if (checks?.sizes === undefined) return { text: 'their sizes do not matter', value: undefined };
  const { batchSize } = batchSizeOf(request);
  const sizes = await checks.sizes(options, payloads, batchSize);
  return compareSizes(sizes, batchSize ?? 1, checks.limit?.(options, provisioned));
}

async function oneRequest(
  { request, world, secrets }: Ready,
  backend: Backend,
  clock: SystemClock,
  isFine: boolean,
  seen: () => SeenAnswer | undefined,
  tell: Tell,
): Promise<OneAnswer | undefined> {
  if (!isFine || !request.sends) {
    const text = isFine ? 'not sent (--no-request)' : 'not sent, since something failed before';
    tell({ name: 'request', state: 'skipped', text });
    return undefined;
  }
  return attempt(tell, 'request', async () => {
    await backend.prepare?.(world.stop);
    return sendOne(backend, clock, request.timeoutMs, seen, (text) => secrets.hide(text));
  });
}

function estimated(
  { request, terms }: Ready,
  trace: Trace,
  provisioned: readonly Capacity[],
  answer: OneAnswer | undefined,
): readonly CheckStep[] {
  const { fromMs, toMs, speed, batching } = request;
  const window = clipWindow(trace, fromMs, toMs, speed, batching);
  return estimateCalls({ trace, window, terms, provisioned, ...(answer === undefined ? {} : { answer }) });
}
