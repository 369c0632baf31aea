import { Flags } from '@oclif/core';
import { printable, UserError } from '../errors.js';
import { parseDurationMs } from '../text/quantities.js';
import type { CloudWish, CollectWorld } from '../conclude/collect-cloud.js';
import { textFlag } from './text-flag.js';

const WAIT_MS = 300_000;

/** The flags of what asks the cloud's own meters. */
export const COLLECT_FLAGS = {
  collect: Flags.string({
    options: ['cloud'],
    description: 'cloud: put what the cloud’s own meters counted beside what the client saw',
  }),
  'collect-wait': textFlag(
    'collect-wait',
    parseDurationMs,
  )({
    description: 'how long to wait at most for the meters, which take minutes; 5m unless given',
  }),
  'collect-set': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'what the run does not say of itself, key=value, such as project=ID; repeatable',
  }),
};

/** What they ask for; undefined: nothing. Throws `UserError`. */
export function givenWish(flags: {
  readonly collect: string | undefined;
  readonly 'collect-wait': number | undefined;
  readonly 'collect-set': readonly string[] | undefined;
}): CloudWish | undefined {
  const { collect, 'collect-wait': waitMs, 'collect-set': pairs } = flags;
  if (collect !== undefined) return { waitMs: waitMs ?? WAIT_MS, settings: settingsOf(pairs ?? []) };
  if (waitMs !== undefined || pairs !== undefined)
    throw new UserError('--collect-wait and --collect-set say how to collect; add --collect cloud');
  return undefined;
}

function settingsOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  const entries = pairs.map((text): [string, string] => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UserError(`--collect-set ${printable(text, 60)}: give key=value`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  return Object.fromEntries(entries);
}

/** The world as it is. */
export function collectWorld(stop: AbortSignal, say: (text: string) => void): CollectWorld {
  return { env: process.env, date: () => new Date(), stop, say };
}
