import { Flags, type Interfaces } from '@oclif/core';
import { printable, UserError } from '../errors.js';

interface TextFlagOptions {
  readonly description: string;
  readonly char?: string;
  readonly aliases?: string[];
  /** The default as the help shows it, where that is not its number. */
  readonly defaultHelp?: string;
}

interface TextFlag<T> {
  (options: TextFlagOptions & { readonly default: T }): Interfaces.OptionFlag<T>;
  (options: TextFlagOptions): Interfaces.OptionFlag<T | undefined>;
}

/** A flag whose text `read` turns into a value; its Error's message says what to give. */
export function textFlag<T>(name: string, read: (text: string) => T): TextFlag<T> {
  const parse = (text: string): Promise<T> => {
    try {
      return Promise.resolve(read(text));
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      return Promise.reject(new UserError(`--${name} ${printable(text, 60)}: ${why}`));
    }
  };
  // oclif's own type has an overload per way a flag may repeat; ours is given once and may have a default.
  const flag = Flags.custom<T>({ parse } as never) as unknown as (options: object) => never;
  return ({ defaultHelp, ...options }: TextFlagOptions) =>
    // The help shows what a function returns, and ignores a text.
    flag(defaultHelp === undefined ? options : { ...options, defaultHelp: () => Promise.resolve(defaultHelp) });
}

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
    if (!(value >= least && value <= most))
      throw new Error(`give a whole number from ${String(least)} to ${String(most)}`);
    return value;
  };
}

export function parsePositive(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value > 0 && value < Infinity)) throw new Error('give a number above 0');
  return value;
}
