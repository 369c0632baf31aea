import type { BackendPlugin, RawOptions, SetUp, SetUpResult } from '../backends/backend.js';
import { importPlugin, locatePlugin, type LocatedPlugin } from '../backends/registry.js';
import { LATEST_PRICES, type CostTerms } from '../cost-terms.js';
import { isUserError, printable, UserError } from '../errors.js';
import { KnownSecrets } from '../secrets/known-secrets.js';
import { secretParts } from '../secrets/secret-parts.js';
import { secretsOfEnvironment } from '../secrets/secrets-of-environment.js';
import { secretsOfOptions } from '../secrets/secrets-of-options.js';
import type { Payload } from '../trace.js';
import { checkMetrics } from './check-metrics.js';
import { checkPayloadRequests } from './check-payload-requests.js';
import { withEnvironment } from './environment-options.js';
import { readOptions } from './read-options.js';
import type { ReplayRequest } from './replay-request.js';

/** What a request says of its backend. */
export type AskedBackend = Pick<ReplayRequest, 'backendOptions'> &
  Partial<
    Pick<ReplayRequest, 'trace' | 'optionNames' | 'secrets' | 'batching' | 'thresholds' | 'prices' | 'machine' | 'time'>
  >;

export interface FoundPlugin {
  readonly located: LocatedPlugin;
  readonly plugin: BackendPlugin;
}

export interface GivenBackend extends FoundPlugin {
  /** With those that the environment gives. */
  readonly backendOptions: RawOptions;
  /** What no text may show; those that the backend names are added. */
  readonly secrets: KnownSecrets;
}

/** A backend whose options were read; nothing was asked of the service yet. */
export interface ReadBackend extends GivenBackend {
  /** As the plugin parsed them. */
  readonly options: unknown;
}

/** A backend that clients can be opened for. */
export interface ReadyBackend extends ReadBackend {
  /** Those of the trace, or else what the backend made. */
  readonly payloads: readonly Payload[];
  readonly notes: readonly string[];
  readonly served: NonNullable<SetUpResult<unknown>['served']>;
}

/** Loads a plugin: a built-in name, a path or a package seen from `folder`. Throws `UserError` where there is none. */
export async function findPlugin(backend: string, folder: string): Promise<FoundPlugin> {
  const located = await locatePlugin(backend, folder);
  return { located, plugin: await importPlugin(located.url) };
}

/** All that was given to a backend, and what of it is secret. */
export function givenBackend(
  found: FoundPlugin,
  request: AskedBackend,
  payloads: readonly Payload[],
  env: SetUp['env'],
): GivenBackend {
  const { plugin } = found;
  const backendOptions = withEnvironment(plugin.name, plugin.options ?? [], request.backendOptions, env);
  const headed = withPayloadHeaders(backendOptions, payloads);
  const secrets = new KnownSecrets([
    ...(request.secrets ?? []).flatMap(secretParts),
    ...secretsOfOptions(headed, plugin.publicOptions, request.secrets),
    ...secretsOfEnvironment(env),
  ]);
  return { ...found, backendOptions, secrets };
}

/** Reads the options, and refuses what the backend cannot do with them. Throws `UserError`. */
export function readBackend(given: GivenBackend, request: AskedBackend, payloads: readonly Payload[]): ReadBackend {
  const { plugin, backendOptions } = given;
  if (request.time === 'virtual' && plugin.waits === 'on-the-world')
    throw new UserError(
      `backend ${plugin.name} answers from the world; --time virtual needs one that waits on the clock (simulated)`,
    );
  const columns = request.trace?.store.columns?.columns.map(({ name }) => name);
  const options = readOptions(plugin, backendOptions, request.backendOptions, request.optionNames, columns);
  if (request.batching !== undefined) checkBatches(plugin, options);
  checkPayloadRequests(plugin, payloads);
  checkMetrics(plugin, options, request.thresholds ?? []);
  return { ...given, options };
}

/** Runs `setUp` of the plugin. A service that is asked meanwhile may echo what it was sent: nothing that comes of it shows a secret. */
export async function setUpBackend(read: ReadBackend, asked: Omit<SetUp, 'hide'>): Promise<ReadyBackend> {
  const { plugin, options, secrets } = read;
  const how: SetUp = {
    ...asked,
    progress: (text) => {
      asked.progress(secrets.hide(text));
    },
    hide: (secret) => {
      secrets.add(secret);
    },
  };
  let setUp: SetUpResult<unknown> | undefined;
  try {
    setUp = await plugin.setUp?.(options, how);
  } catch (thrown) {
    throw isUserError(thrown) ? new UserError(secrets.hide(thrown.message)) : thrown;
  }
  return {
    ...read,
    options: setUp === undefined ? options : setUp.options,
    payloads: how.payloads.length > 0 ? how.payloads : (setUp?.payloads ?? []),
    notes: (setUp?.notes ?? []).map((note) => secrets.hide(note)),
    served: secrets.redactFacts(setUp?.served ?? {}),
  };
}

/** How the service bills, and by which prices. */
export function costTerms(
  { prices, machine }: Pick<AskedBackend, 'prices' | 'machine'>,
  { plugin, options }: Pick<ReadyBackend, 'plugin' | 'options'>,
): CostTerms {
  const sheet = prices ?? plugin.prices?.(options) ?? LATEST_PRICES;
  return { billing: plugin.billing?.(options) ?? null, prices: sheet, machine: machine ?? null };
}

/** Throws `UserError` unless the backend, with these parsed options, sends several requests in one call. */
function checkBatches(plugin: BackendPlugin, options: unknown): void {
  const can = plugin.batches?.(options) ?? 'it sends one request a call';
  if (can !== true)
    throw new UserError(`backend ${plugin.name} does not batch: ${printable(can)}; leave out --batch-size`);
}

/** Headers of payloads are as secret as those of the options. */
function withPayloadHeaders(options: RawOptions, payloads: readonly Payload[]): RawOptions {
  const fields = payloads.flatMap((payload) => (payload.kind === 'bytes' ? (payload.request?.headers ?? []) : []));
  if (fields.length === 0) return options;
  const given = [options['header'] ?? []].flat();
  return { ...options, header: [...given, ...fields.map(([name, value]) => `${name}: ${value}`)] };
}
