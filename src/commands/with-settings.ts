import type { ConfigText, Setting } from '../config/config-key.js';
import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { configKeys, type FlagFacts, type FlagTable } from './config-flags.js';
import { withoutSecrets } from './without-secrets.js';

interface GivenArgs {
  readonly trace?: string | undefined;
}
interface GivenFlags {
  readonly config?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly header?: readonly string[] | undefined;
  readonly backend?: string | undefined;
  readonly url?: string | undefined;
  readonly quiet: boolean;
}

/** What the parser made of the command line. */
interface Parsed<Args, Flags> {
  readonly args: Args;
  readonly flags: Flags;
  readonly metadata: { readonly flags: Readonly<Record<string, { readonly setFromDefault?: boolean } | undefined>> };
}

/** `origins`: where each flag was given that was not typed, such as `REPLAY_RUN_URL` or `ours.yaml:3:1 url`. */
interface Settled<Args, Flags> {
  readonly args: Args;
  readonly flags: Flags;
  readonly origins: Readonly<Record<string, string>>;
  /** What the file took from the environment. */
  readonly secrets: readonly string[];
}

interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly say: (text: string) => void;
}

/**
 * The command line, completed by the environment (`REPLAY_RUN_RATE`) and then by the file of `--config`; says what came from
 * there. Throws `UserError` with the variable, or with file, line and column.
 */
export async function withSettings<Args extends GivenArgs, Flags extends GivenFlags>(
  table: FlagTable,
  parsed: Parsed<Args, Flags>,
  world: World,
): Promise<Settled<Args, Flags>> {
  const inEnvironment = Object.keys(world.env).some((name) => name.startsWith('REPLAY_RUN_'));
  if (parsed.flags.config === undefined && !inEnvironment) return { ...parsed, origins: {}, secrets: [] };
  const settings = await settingsBeside(table, parsed, world);
  const trace = settings.find(({ key }) => key.name === 'trace')?.texts[0]?.text;
  const flags = await filledIn(table, parsed.flags, settings);
  if (!flags.quiet && settings.length > 0) world.say(told(settings));
  return {
    args: trace === undefined ? parsed.args : { ...parsed.args, trace },
    flags,
    origins: Object.fromEntries(settings.flatMap(originsOf)),
    secrets: secretsIn(settings),
  };
}

function secretsIn(settings: readonly Setting[]): string[] {
  return settings.flatMap(({ texts }) => texts.flatMap(({ secrets = [] }) => secrets));
}

/** A place in a file is named with its key; an entry of `set` has a name of its own. */
function originsOf({ key: { name, kind }, texts }: Setting): [flag: string, origin: string][] {
  return texts.map(({ text, from }) => {
    const flag = kind === 'map' ? `${name}.${text.slice(0, Math.max(0, text.indexOf('=')))}` : name;
    return [flag, /:\d+:\d+$/.test(from) ? `${from} ${flag}` : from];
  });
}

async function settingsBeside(
  table: FlagTable,
  { args, flags, metadata }: Parsed<GivenArgs, GivenFlags>,
  { env, folder }: World,
): Promise<Setting[]> {
  const { environmentSettings } = await import('../config/environment-settings.js');
  const { entryName, namesGiven, notYetGiven } = await import('../config/not-yet-given.js');
  const { headerKey } = await import('../text/header-key.js');
  const keys = configKeys(table);
  const outright = Object.keys(flags).filter(
    (name) => name !== 'set' && name !== 'header' && metadata.flags[name]?.setFromDefault !== true,
  );
  const entries = [...(flags.set ?? []).map(entryName), ...(flags.header ?? []).map(headerKey)];
  const names = [...outright, ...entries, ...(args.trace === undefined ? [] : ['trace'])];
  const fromEnv = notYetGiven(environmentSettings(env, keys), names);
  if (flags.config === undefined) return fromEnv;
  const { readConfig } = await import('../config/read-config.js');
  names.push(...namesGiven(fromEnv));
  const fromFile = notYetGiven(await readConfig(flags.config, keys, env), names);
  const backend = [...fromEnv, ...fromFile].find(({ key }) => key.name === 'backend')?.texts[0]?.text;
  const url = flags.url ?? [...fromEnv, ...fromFile].find(({ key }) => key.name === 'url');
  const otherwise = url === undefined ? 'onnx' : 'http';
  const options = await withoutSecrets(secretsIn(fromFile), () =>
    optionsInEnvironment(backend ?? flags.backend ?? otherwise, folder, env),
  );
  return [...fromEnv, ...notYetGiven(fromFile, options)];
}

/** Options of the backend with a variable of their own (`REPLAY_HTTP_URL`), which goes before the file. */
async function optionsInEnvironment(backend: string, folder: string, env: World['env']): Promise<string[]> {
  const { loadPlugin } = await import('./load-plugin.js');
  const { environmentName } = await import('../plan/environment-options.js');
  const { name, options = [] } = await loadPlugin(backend, folder);
  const { headerKey } = await import('../text/header-key.js');
  return options.flatMap((option) => {
    const value = env[environmentName(name, option.name)] ?? '';
    if (value === '') return [];
    return [option.name === 'header' ? headerKey(value) : `set.${option.name}`];
  });
}

async function filledIn<Flags extends GivenFlags>(
  table: FlagTable,
  flags: Flags,
  settings: readonly Setting[],
): Promise<Flags> {
  const filled = Object.fromEntries<unknown>(Object.entries(flags));
  for (const { key, texts } of settings) {
    const { name, kind } = key;
    if (name === 'trace') continue;
    const values = await Promise.all(texts.map((text) => valueOf(name, table[name] as FlagFacts, text)));
    const before = kind === 'map' || name === 'header' ? ((filled[name] ?? []) as readonly unknown[]) : [];
    filled[name] = kind === 'text' || kind === 'yes-no' ? values[0] : [...before, ...values];
  }
  return filled as unknown as Flags;
}

/** As the flag itself reads it. */
async function valueOf(name: string, flag: FlagFacts, given: ConfigText): Promise<unknown> {
  return withoutSecrets(given.secrets ?? [], () => readAs(name, flag, given));
}

async function readAs(name: string, flag: FlagFacts, { text, from }: ConfigText): Promise<unknown> {
  if (flag.type === 'boolean') return yesOrNo(name, text, from);
  if (flag.options?.includes(text) === false)
    throw new UserError(`${from}: ${name} ${printable(text, 60)}: ${oneOf(text, flag.options)}`);
  try {
    return await flag.parse(text, {}, flag);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    throw new UserError(`${from}: ${thrown.message.replace(/^--/, '')}`);
  }
}

function yesOrNo(name: string, text: string, from: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new UserError(`${from}: ${name} ${printable(text, 60)}: give true or false`);
}

function oneOf(text: string, choices: readonly string[]): string {
  const near = nearest(text, choices);
  return `give one of ${choices.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** Which keys came from where; never a value, which may be a secret. */
function told(settings: readonly Setting[]): string {
  const bySource = new Map<string, Set<string>>();
  for (const { key, texts } of settings)
    for (const { from } of texts) {
      const source = from.replace(/:\d+:\d+$/, '');
      bySource.set(source, (bySource.get(source) ?? new Set()).add(key.name));
    }
  return [...bySource].map(([source, names]) => `from ${source}: ${[...names].join(', ')}`).join('; ');
}
