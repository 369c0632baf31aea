import type { Backend, BackendPlugin, Capacity, SeenAnswer, SetUp } from '../backends/backend.js';
import type { CostTerms } from '../cost-terms.js';
import { printable } from '../errors.js';
import { openBackend } from '../loop/open-backend.js';
import { environmentName } from '../plan/environment-options.js';
import { costTerms, findPlugin, givenBackend, readBackend, setUpBackend } from '../plan/prepare-backend.js';
import type { AskedBackend, GivenBackend, ReadBackend, ReadyBackend } from '../plan/prepare-backend.js';
import type { KnownSecrets } from '../secrets/known-secrets.js';
import { redactOptions } from '../secrets/redact-options.js';
import { clipWindow, type Window } from '../loop/schedule.js';
import type { Plan } from '../run.js';
import { createSystemClock, type SystemClock } from '../time/system-clock.js';
import type { Payload, Trace } from '../trace.js';
import { askProbe } from './ask-probe.js';
import { assumedPlan } from './assumed-cost.js';
import { attempt, type CheckStep, type Learnt } from './check-step.js';
import { compareSizes } from './compare-sizes.js';
import { estimateCalls } from './estimate-calls.js';
import { reachAddress } from './reach-address.js';
import { type OneAnswer, sendOne } from './send-one.js';

/** What is asked of a backend as in a run; without `trace`, neither calls nor cost can be estimated. */
export interface CheckRequest extends AskedBackend {
  /** A built-in name, a path, or a package. */
  readonly backend: string;
  readonly payloads: readonly Payload[];
  readonly trace?: Trace;
  readonly fromMs: number;
  readonly toMs: number;
  readonly speed: number;
  readonly timeoutMs: number;
  /** False: all but the request. */
  readonly sends: boolean;
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
  const found = await findPlugin(request.backend, world.folder);
  const planned = request.trace && plannedCalls(request, request.trace);
  const given = givenBackend(found, request, request.payloads, world.env);
  const steps: CheckStep[] = [];
  const tell = (told: CheckStep): void => {
    const step = withoutSecrets(told, given.secrets);
    steps.push(step);
    world.tell(step);
  };
  const ready = await getReady({ given, request, world, tell });
  if (ready !== undefined) await tryClient({ ...ready, planned }, steps, tell);
  return steps;
}

function withoutSecrets({ text, facts, ...step }: CheckStep, secrets: KnownSecrets): CheckStep {
  return { ...step, text: secrets.hide(text), ...(facts && { facts: secrets.redactFacts(facts) }) };
}

interface PlannedCalls {
  readonly trace: Trace;
  readonly window: Window;
  readonly plan: Plan;
}

function plannedCalls({ fromMs, toMs, speed, batching }: CheckRequest, trace: Trace): PlannedCalls {
  const window = clipWindow(trace, fromMs, toMs, speed, batching);
  return { trace, window, plan: assumedPlan(trace, window) };
}

type Tell = (step: CheckStep) => void;

interface Start {
  readonly given: GivenBackend;
  readonly request: CheckRequest;
  readonly world: CheckWorld;
  readonly tell: Tell;
}

interface Ready {
  readonly request: CheckRequest;
  readonly world: CheckWorld;
  readonly backend: ReadyBackend;
  readonly terms: CostTerms;
}

/** Options, credentials, set-up, address: each needs those before, but the last. */
async function getReady(start: Start): Promise<Ready | undefined> {
  const { given, request, world, tell } = start;
  const { plugin } = given;
  const read = await attempt(tell, 'options', () => checkOptions(start));
  if (read === undefined) return undefined;
  if ((await attempt(tell, 'credentials', () => findCredentials(read, world))) === undefined) return undefined;
  const backend = await attempt(tell, 'set-up', () => setUp(read, start));
  if (backend === undefined) return undefined;
  await attempt(unlessEmpty(tell), 'address', () => findAddress(plugin, backend.options, world));
  const terms = await attempt(unlessEmpty(tell), 'billing', () =>
    Promise.resolve({ text: '', value: costTerms(request, backend) }),
  );
  return terms && { request, world, backend, terms };
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

function checkOptions({ given, request, world }: Start): Promise<Learnt<ReadBackend>> {
  const { plugin } = given;
  const read = readBackend(given, request, request.payloads);
  const shown = redactOptions(request.backendOptions, plugin.publicOptions);
  const stated = Object.entries(shown).map(([name, text]) => `${name}=${[text].flat().join(',')}`);
  const fromEnv = (plugin.options ?? [])
    .filter(({ name }) => request.backendOptions[name] === undefined && read.backendOptions[name] !== undefined)
    .map(({ name }) => environmentName(plugin.name, name))
    .filter((name) => (world.env[name] ?? '') !== '');
  const all = [...stated, ...fromEnv.map((name) => `from ${name}`)];
  return Promise.resolve({ text: `${plugin.name}${all.length === 0 ? '' : `: ${all.join(', ')}`}`, value: read });
}

async function findCredentials({ plugin, options }: ReadBackend, { env }: CheckWorld): Promise<Learnt<true>> {
  return { text: (await plugin.checks?.credentials?.(options, env)) ?? 'none are needed', value: true };
}

async function setUp(read: ReadBackend, { request, world }: Start): Promise<Learnt<ReadyBackend>> {
  const ready = await setUpBackend(read, {
    payloads: request.payloads,
    mostInFlight: 1,
    ...batchSizeOf(request),
    // What it warns of has steps of its own here.
    progress: (text) => {
      if (!text.startsWith('warning')) world.say(text);
    },
    timeoutMs: request.timeoutMs,
    env: world.env,
    signal: world.stop,
  });
  const { length } = ready.payloads;
  const count = length === 1 ? '1 payload' : `${String(length)} payloads`;
  return { text: printable([`ready, with ${count}`, ...ready.notes].join('; '), 2000), value: ready };
}

function batchSizeOf({ batching }: CheckRequest): Pick<SetUp, 'batchSize'> {
  return batching === undefined ? {} : { batchSize: batching.size };
}

interface Planned extends Ready {
  /** Undefined: there is no trace. */
  readonly planned: PlannedCalls | undefined;
}

/** One client is asked what is provisioned, then opened, then sends the one request. */
async function tryClient(ready: Planned, steps: readonly CheckStep[], tell: Tell): Promise<void> {
  const { request, terms, planned } = ready;
  const seen: SeenAnswer[] = [];
  const clock = createSystemClock('exact');
  const client = await attempt(unlessEmpty(tell), 'client', async () => ({
    text: '',
    value: await openOne(ready, clock, (answer) => seen.push(answer)),
  }));
  try {
    if (client === undefined) return;
    const provisioned = await askProbe(client, terms.billing, tell);
    await attempt(tell, 'payloads', () => payloadSizes(ready, provisioned));
    const text = whyNotSent(request, steps);
    if (text !== undefined) tell({ name: 'request', state: 'skipped', text });
    const answer = text === undefined ? await oneRequest(ready, client, clock, () => seen[0], tell) : undefined;
    if (planned === undefined) return;
    for (const step of estimateCalls({ ...planned, terms, provisioned, ...(answer && { answer }) })) tell(step);
  } finally {
    await attempt(unlessEmpty(tell), 'close', async () => ({ text: '', value: await client?.close?.() }));
    clock.close();
  }
}

/** A client as the only worker of a run gets it, for a single call. No batch is asked for: the request is sent alone. */
function openOne(
  { backend: { plugin, options, payloads, secrets }, request }: Ready,
  clock: SystemClock,
  onAnswer: (answer: SeenAnswer) => void,
): Promise<Backend> {
  const { columns } = request.trace?.store ?? {};
  const order = { options, payloads, shard: { index: 0, of: 1 }, runId: 'check', seed: 1, columns };
  const hide = (secret: string): void => {
    secrets.add(secret);
  };
  return openBackend(plugin, { ...order, timeoutMs: request.timeoutMs }, clock, { singleCall: true, onAnswer, hide });
}

async function payloadSizes(
  { backend: { plugin, options, payloads }, request }: Ready,
  provisioned: readonly Capacity[],
): Promise<Learnt<undefined>> {
  const { checks } = plugin;
  if (checks?.sizes === undefined) return { text: 'their sizes do not matter', value: undefined };
  const { batchSize } = batchSizeOf(request);
  const sizes = await checks.sizes(options, payloads, batchSize);
  return compareSizes(sizes, batchSize ?? 1, checks.limit?.(options, provisioned));
}

function whyNotSent({ sends }: CheckRequest, steps: readonly CheckStep[]): string | undefined {
  if (steps.some(({ state }) => state === 'failed')) return 'not sent, since something failed before';
  return sends ? undefined : 'not sent (--no-request)';
}

function oneRequest(
  { backend, request, world }: Ready,
  client: Backend,
  clock: SystemClock,
  seen: () => SeenAnswer | undefined,
  tell: Tell,
): Promise<OneAnswer | undefined> {
  return attempt(tell, 'request', async () => {
    await client.prepare?.(world.stop);
    return sendOne(client, clock, request.timeoutMs, seen, (text) => backend.secrets.hide(text));
  });
}
