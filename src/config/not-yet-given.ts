import type { Setting } from './config-key.js';
import { headerKey } from '../text/header-key.js';

/** Flags that are short for an entry of `set`. */
const SHORT_FOR_SET = [
  ...['url', 'model', 'sessions', 'method', 'expect', 'insecure', 'connections'],
  ...['cacert', 'cert', 'key', 'sni', 'resolve', 'unix-socket', 'requests-per-connection'],
] as const;

/** A name also speaks for these: a run has one load and one body. */
const SPEAKS_FOR: Readonly<Record<string, readonly string[]>> = {
  trace: ['rate', 'duration', 'stages', 'process', 'scv'],
  rate: ['trace', 'column', 'unit', 'stages'],
  duration: ['stages', 'requests'],
  requests: ['duration'],
  stages: ['trace', 'column', 'unit', 'rate', 'duration', 'scv'],
  body: ['payload', 'targets'],
  payload: ['body', 'targets'],
  targets: ['body', 'payload'],
};

/** What counts of `settings` where `names` were given already, by what goes before them. */
export function notYetGiven(settings: readonly Setting[], names: readonly string[]): Setting[] {
  const spoken = new Set(names.flatMap(allSpokenFor));
  return settings
    .map(({ key, texts }) => {
      return { key, texts: texts.filter(({ text }) => !spoken.has(nameOf(key, text))) };
    })
    .filter(({ texts }) => texts.length > 0);
}

/** The names of settings; an entry of the map has one of its own. */
export function namesGiven(settings: readonly Setting[]): string[] {
  return settings.flatMap(({ key, texts }) => texts.map(({ text }) => nameOf(key, text)));
}

/** A setting is known by its key, an entry of the map by its own, a header by what it is called. */
function nameOf({ name, kind }: Setting['key'], text: string): string {
  if (name === 'header') return headerKey(text);
  return kind === 'map' ? entryName(text) : name;
}

/** `servers=4` is `set.servers`, `header=X-Key: 1` is a header. */
export function entryName(text: string): string {
  const equals = Math.max(0, text.indexOf('='));
  const name = text.slice(0, equals);
  return name === 'header' ? headerKey(text.slice(equals + 1)) : `set.${name}`;
}

/** `--url` and `set.url` are the same. */
function allSpokenFor(name: string): readonly string[] {
  const twins = SHORT_FOR_SET.flatMap((short) =>
    name === short ? [`set.${short}`] : name === `set.${short}` ? [short] : [],
  );
  return [name, ...twins, ...(SPEAKS_FOR[name] ?? [])];
}
