import type { RawOptions } from '../backends/backend.js';
import { printable, UserError } from '../errors.js';
import { type CONNECT_FLAGS, CONNECT_SHORTHANDS } from './connect-flags.js';
import type { RunFlags } from './run-flags.js';

type BackendFlags = Pick<
  RunFlags,
  | 'set'
  | 'url'
  | 'model'
  | 'sessions'
  | 'method'
  | 'expect'
  | 'header'
  | 'insecure'
  | 'http2'
  | keyof typeof CONNECT_FLAGS
> & { readonly connections?: number | undefined };

const SHORTHANDS = [
  'url',
  'model',
  'sessions',
  'method',
  'expect',
  'header',
  'insecure',
  'http2',
  'connections',
] as const;

/** What the user typed for each option, by the flag that is short for it or where its entry of `set` stands. `nameOf`: what was typed for a flag. */
export function optionNames(
  flags: BackendFlags,
  nameOf: (flag: string) => string,
  origins: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const entries = Object.entries(origins).flatMap(([name, origin]) =>
    name.startsWith('set.') ? [[name.slice('set.'.length), origin]] : [],
  );
  const given = SHORTHANDS.filter((name) => flags[name] !== undefined && flags[name] !== false);
  const client = flags.http2 ? [['client', nameOf('http2')]] : [];
  return Object.fromEntries([...entries, ...client, ...given.map((name) => [name, nameOf(name)])]) as Record<
    string,
    string
  >;
}

/** `--set` first, then the shorthands; a key given twice becomes a list, which only repeatable options take. */
export function backendOptions(flags: BackendFlags): RawOptions {
  const pairs: [string, string][] = (flags.set ?? []).map((text) => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UserError(`--set ${printable(text, 60)}: give key=value`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  for (const key of ['url', 'model', 'sessions', 'method', ...CONNECT_SHORTHANDS] as const) {
    const value = flags[key];
    if (value !== undefined) pairs.push([key, value]);
  }
  for (const key of ['expect', 'header', 'resolve'] as const)
    for (const value of flags[key] ?? []) pairs.push([key, value]);
  if (flags['no-keepalive']) pairs.push(['requests-per-connection', '1']);
  if (flags.insecure) pairs.push(['insecure', 'true']);
  if (flags.http2 && !pairs.some(([key]) => key === 'http2')) pairs.push(['http2', 'true']);
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
