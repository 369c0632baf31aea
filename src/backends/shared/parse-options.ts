import { OptionError, printable, UserError } from '../../errors.js';
import { nearest } from '../../text/nearest.js';
import { parseDurationMs } from '../../text/quantities.js';
import type { RawOptions } from '../backend.js';

/** Reads one option's text; throws an Error whose message completes "--set key=value: ...". */
export type OptionReader<T> = (text: string) => T;

/**
 * Turns the texts of `--set` into typed options. `readers` names every option a backend knows, with its reader;
 * what is absent stays `undefined`. Throws `UserError` for an unknown key (suggesting the nearest) or a bad value.
 */
export function parseOptions<T extends Record<string, unknown>>(
  backend: string,
  raw: RawOptions,
  readers: { readonly [K in keyof T]: OptionReader<T[K]> },
): Partial<T> {
  const options: Partial<T> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (!Object.hasOwn(readers, key)) throw unknownOption(backend, key, Object.keys(readers));
    if (typeof value !== 'string')
      throw new OptionError(backend, key, 'it is given twice; give it once', `--set ${printable(key)}`);
    options[key as keyof T] = read(backend, key, value, readers[key as keyof T] as OptionReader<T[keyof T]>);
  }
  return options;
}

function read<T>(backend: string, key: string, text: string, reader: OptionReader<T>): T {
  try {
    return reader(text);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    // What may be a URL, which carries passwords and keys, or a header.
    const shown = /[@?=:/\\\s]/.test(text) ? '(not shown)' : printable(text, 60);
    throw new OptionError(backend, key, why, `--set ${printable(key)}=${shown}`);
  }
}

function unknownOption(backend: string, key: string, known: readonly string[]): UserError {
  const near = nearest(key, known);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return new OptionError(backend, key, `has no option ${printable(key, 60)}${hint} (it knows ${known.join(', ')})`);
}

/** A number within [least, most]. */
export function numberWithin(least: number, most: number): OptionReader<number> {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (!(value >= least && value <= most)) throw new Error(`give a number from ${String(least)} to ${String(most)}`);
    return value;
  };
}

export function wholeNumberWithin(least: number, most: number): OptionReader<number> {
  const number = numberWithin(least, most);
  return (text) => {
    const value = number(text);
    if (!Number.isInteger(value)) throw new Error(`give a whole number from ${String(least)} to ${String(most)}`);
    return value;
  };
}

/** A duration within [least, most], both as people write them; returns ms. */
export function durationWithin(least: string, most: string): OptionReader<number> {
  return (text) => {
    const ms = parseDurationMs(text);
    if (!(ms >= parseDurationMs(least) && ms <= parseDurationMs(most)))
      throw new Error(`give a duration from ${least} to ${most}`);
    return ms;
  };
}

/** An http or https URL. */
export function httpUrl(text: string): URL {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  if (scheme === undefined)
    throw new Error('the URL lacks http:// or https://; give one such as https://host:port/path');
  if (!/^https?$/i.test(scheme))
    throw new Error(`${printable(scheme, 20)}:// is not HTTP; give a URL such as https://host:port/path`);
  if (!URL.canParse(text)) throw new Error('give a URL such as https://host:port/path');
  return new URL(text);
}

export function oneOf<T extends string>(...choices: readonly T[]): OptionReader<T> {
  return (text) => {
    if (!choices.includes(text as T)) throw new Error(`give one of ${choices.join(', ')}`);
    return text as T;
  };
}

export function yesOrNo(text: string): boolean {
  if (text === 'true' || text === 'yes' || text === '1') return true;
  if (text === 'false' || text === 'no' || text === '0') return false;
  throw new Error('give true or false');
}
