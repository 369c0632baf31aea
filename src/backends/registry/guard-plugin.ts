import { DECLARED_NAMES } from '../../sample.js';
import { messageOf, printable, UserError } from '../../errors.js';
import { type Billing, BILLING_MODELS, type EstimatedService, LATEST_PRICES } from '../../cost-terms.js';
import type { BackendChecks, BackendPlugin, OptionInfo, Patience, SetUpResult } from '../backend.js';
import { checkedFacts, type Facts } from './checked-facts.js';
import { guardBackend } from './guard-backend.js';
import { awaitHook, runHook, type Hook } from './run-hook.js';

/** How long each hook of a plugin may take unless its `patienceMs` says otherwise, ms. */
const PATIENCE_MS: Readonly<Required<Patience>> = {
  setUp: 60_000,
  create: 30_000,
  prepare: 30_000,
  rehearse: 30_000,
  close: 5000,
};
/** A synchronous hook, and what a check asks. */
const QUICK_MS = 10_000;
const MOST_PATIENCE_MS = 3_600_000;

/**
 * A plugin that does not come with replay, with every hook but `invoke` bounded in time and its results checked: what goes
 * wrong in one is a `UserError` that names the plugin and the hook. `path` is that of its module.
 */
export function guardPlugin(plugin: BackendPlugin, path: string): BackendPlugin {
  const named = pluginLabel(plugin.name, path);
  const patience = patienceOf(plugin, named);
  const hookOf = (name: string, ms = QUICK_MS): Hook => ({ plugin: named, path, name, ms });
  const slow = (name: keyof Patience): Hook => ({ ...hookOf(name, patience[name]), patience: name });
  const wrong = (name: string, what: string): UserError => new UserError(`${named}: ${name} ${what}`);
  const ask = <T>(name: string, work: () => T, check: (value: unknown) => string | undefined): T => {
    const value = runHook(hookOf(name), work);
    const complaint = check(value);
    if (complaint !== undefined) throw wrong(name, complaint);
    return value;
  };
  const { knowsSent, checks } = plugin;
  return {
    name: plugin.name,
    summary: typeof plugin.summary === 'string' ? printable(plugin.summary) : '',
    waits: plugin.waits,
    knowsSent:
      typeof knowsSent === 'function'
        ? (options) => runHook(hookOf('knowsSent'), () => knowsSent.call(plugin, options) as unknown) === true
        : knowsSent,
    publicOptions: textsOf(plugin.publicOptions, wrong),
    ...(plugin.options === undefined ? {} : { options: optionsOf(plugin.options, wrong) }),
    ...(plugin.payloadRequests === true ? { payloadRequests: true } : {}),
    ...(plugin.metrics === undefined ? {} : { metrics: plugin.metrics }),
    parseOptions: (raw, trace) => ask('parseOptions', () => plugin.parseOptions(raw, trace), notCloneable),
    ...(plugin.batches && {
      batches: (options) => ask('batches', () => plugin.batches?.(options) ?? true, notBatches),
    }),
    ...(plugin.maxWorkers && {
      maxWorkers: (options) => ask('maxWorkers', () => plugin.maxWorkers?.(options) ?? Infinity, notAbove(1)),
    }),
    ...(plugin.ownCpus && {
      ownCpus: (options) => ask('ownCpus', () => plugin.ownCpus?.(options) ?? 0, notAbove(0)),
    }),
    ...(plugin.connectionLimit && {
      connectionLimit: (options) =>
        ask('connectionLimit', () => plugin.connectionLimit?.(options) ?? null, (value) => value === null ? undefined : notAbove(1)(value)), // prettier-ignore
    }),
    ...(plugin.billing && {
      billing: (options) => ask('billing', () => plugin.billing?.(options) as Billing, notJson),
    }),
    ...(plugin.estimates === undefined ? {} : { estimates: estimatesOf(plugin.estimates, wrong) }),
    ...(plugin.prices && {
      prices: (options) => ask('prices', () => plugin.prices?.(options) ?? LATEST_PRICES, notSheetName),
    }),
    ...(plugin.columns && {
      columns: (options) => ask('columns', () => plugin.columns?.(options) ?? [], notColumns),
    }),
    ...(plugin.setUp && {
      setUp: async (options, how) => {
        const made: unknown = await awaitHook(slow('setUp'), () => plugin.setUp?.(options, how), how.signal);
        return checkedSetUp(made ?? { options }, (what) => wrong('setUp', what));
      },
    }),
    ...(checks && { checks: guardChecks(checks, hookOf, wrong) }),
    create: async (options, context) => {
      const backend: unknown = await awaitHook(slow('create'), () => plugin.create(options, context));
      return guardBackend(backend, { plugin: named, hookOf, slow });
    },
  };
}

/** How messages call a plugin that does not come with replay. */
export function pluginLabel(name: string, path: string): string {
  return `backend ${printable(name, 60)} (${path})`;
}

function guardChecks(
  checks: BackendChecks<unknown>,
  hookOf: (name: string) => Hook,
  wrong: (name: string, what: string) => UserError,
): BackendChecks<unknown> {
  return {
    ...(checks.credentials && {
      credentials: async (options, env) => {
        const text: unknown = await awaitHook(hookOf('checks.credentials'), () => checks.credentials?.(options, env));
        if (typeof text !== 'string') throw wrong('checks.credentials', 'resolved with no text');
        return text;
      },
    }),
    ...(checks.address && {
      address: async (options, env) => {
        const location = await awaitHook(hookOf('checks.address'), () => checks.address?.(options, env));
        if (!((location as { readonly url?: unknown } | null | undefined)?.url instanceof URL))
          throw wrong('checks.address', 'resolved with no { url }');
        return location as NonNullable<typeof location>;
      },
    }),
    ...(checks.sizes && {
      sizes: async (options, payloads, batchSize) => {
        const work = () => checks.sizes?.(options, payloads, batchSize) ?? [];
        const sizes: unknown = await awaitHook(hookOf('checks.sizes'), work);
        if (!Array.isArray(sizes) || sizes.some((size) => notAbove(0)(size) !== undefined))
          throw wrong('checks.sizes', 'resolved with no list of sizes in bytes');
        return sizes as readonly number[];
      },
    }),
    ...(checks.limit && {
      limit: (options, provisioned) => {
        const limit: unknown = runHook(hookOf('checks.limit'), () => checks.limit?.(options, provisioned));
        if (!isObject(limit) || notAbove(0)(limit['bytes']) !== undefined || typeof limit['of'] !== 'string')
          throw wrong('checks.limit', 'returned no { bytes, of }');
        return limit as unknown as ReturnType<NonNullable<BackendChecks<unknown>['limit']>>;
      },
    }),
  };
}

function checkedSetUp(made: unknown, wrong: (what: string) => UserError): SetUpResult<unknown> {
  if (!isObject(made)) throw wrong(`resolved with ${shown(made)}, which is no { options }`);
  const { options, payloads, notes, served } = made;
  const complaint = notCloneable(options);
  if (complaint !== undefined) throw wrong(`${complaint} as options`);
  if (payloads !== undefined && !(Array.isArray(payloads) && payloads.every(isPayload)))
    throw wrong('resolved with payloads that are no list of payloads');
  const { facts } = checkedFacts(served);
  return {
    options,
    ...(payloads === undefined ? {} : { payloads: payloads as NonNullable<SetUpResult<unknown>['payloads']> }),
    ...(Array.isArray(notes) ? { notes: notes.map((note) => printable(String(note), 1000)) } : {}),
    ...(Object.keys(facts).length === 0 ? {} : { served: facts satisfies Facts }),
  };
}

function isPayload(value: unknown): boolean {
  return isObject(value) && ['bytes', 'tensor', 'tensors'].includes(String(value['kind']));
}

function patienceOf({ patienceMs }: BackendPlugin, named: string): Required<Patience> {
  const given: unknown = patienceMs ?? {};
  const own = isObject(given) ? given : { setUp: given };
  for (const ms of Object.values(own))
    if (typeof ms !== 'number' || !(ms > 0 && ms <= MOST_PATIENCE_MS))
      throw new UserError(`${named}: patienceMs: give each hook a number of milliseconds, above 0 and up to an hour`);
  return { ...PATIENCE_MS, ...own };
}

type Wrong = (name: string, what: string) => UserError;

function textsOf(value: unknown, wrong: Wrong): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw wrong('publicOptions', 'is no list of names');
}

function estimatesOf(value: unknown, wrong: Wrong): readonly EstimatedService[] {
  const isService = (one: unknown): one is EstimatedService =>
    isObject(one) && typeof one['name'] === 'string' && BILLING_MODELS.some((model) => model === one['model']);
  if (Array.isArray(value) && value.every(isService)) return value;
  throw wrong('estimates', `is no list of { name, model }, with a model of ${BILLING_MODELS.join(', ')}`);
}

function optionsOf(value: unknown, wrong: Wrong): readonly OptionInfo[] {
  const options: readonly unknown[] = Array.isArray(value) ? value : [value];
  return options.map((one) => {
    if (!isObject(one) || typeof one['name'] !== 'string')
      throw wrong('options', 'is no list of { name, value, summary }');
    const { name, value: form, summary, required } = one;
    return {
      name,
      value: printable(typeof form === 'string' ? form : 'VALUE'),
      summary: printable(typeof summary === 'string' ? summary : ''),
      ...(required === true ? { required } : {}),
    };
  });
}

function notCloneable(value: unknown): string | undefined {
  try {
    structuredClone(value);
    return undefined;
  } catch {
    return `returned ${shown(value)}, which cannot go to another thread`;
  }
}

function notColumns(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'returned no list of columns';
  const strange: unknown = value.find((name) => !DECLARED_NAMES.some((known) => known === name));
  return strange === undefined
    ? undefined
    : `named ${printable(typeof strange === 'string' ? strange : typeof strange, 60)}; it can name ${DECLARED_NAMES.join(', ')}`;
}

function notJson(value: unknown): string | undefined {
  try {
    JSON.stringify(value);
    return undefined;
  } catch {
    return `returned ${shown(value)}, which JSON cannot hold`;
  }
}

function notSheetName(value: unknown): string | undefined {
  return typeof value === 'string' ? undefined : 'returned no name of a price sheet';
}

function notBatches(value: unknown): string | undefined {
  return value === true || typeof value === 'string' ? undefined : `returned ${shown(value)}, neither true nor a text`;
}

function notAbove(least: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === 'number' && value >= least
      ? undefined
      : `returned ${shown(value)}, no number from ${String(least)} on`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What a value is, in a few words. */
function shown(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'object') return value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object';
  if (typeof value === 'function') return 'a function';
  return printable(messageOf(value), 40);
}
