import type { BackendPlugin, OptionInfo, RawOptions } from '../backend.js';
import { wholeNumberWithin } from '../shared/parse-options.js';
import { EXPECT_SUMMARY, type ExpectRule, parseExpect } from './expect-rule.js';

/** What every backend over HTTP lets the user say. */
export interface UsualOptions {
  readonly expect: ExpectRule;
  /** Over all workers; null: as many as it takes. */
  readonly connections: number | null;
}

export const EXPECT_OPTION: OptionInfo = { name: 'expect', value: 'RULE', summary: EXPECT_SUMMARY };
export const CONNECTIONS_OPTION: OptionInfo = {
  name: 'connections',
  value: 'N',
  summary: 'open exactly N, over all workers; unless given, as many as the load needs',
};
export const USUAL_OPTIONS: readonly OptionInfo[] = [EXPECT_OPTION, CONNECTIONS_OPTION];

export const parseConnections = wholeNumberWithin(1, 65_535);

/** The texts of an option that may be given more than once. */
export function listOf(value: RawOptions[string] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

/** The rules of `--expect`, which may be given more than once. Throws `UserError`. */
export function expectOf(expect: RawOptions[string] | undefined): ExpectRule {
  return parseExpect(listOf(expect));
}

/** A connection belongs to one thread. */
export const CONNECTION_BOUNDS: Required<
  Pick<BackendPlugin<Pick<UsualOptions, 'connections'>>, 'maxWorkers' | 'connectionLimit'>
> = {
  maxWorkers: ({ connections }) => connections ?? Infinity,
  connectionLimit: ({ connections }) => connections,
};
