import { Flags, type Interfaces } from '@oclif/core';
import { isUserError, printable, UserError } from '../errors.js';
import { parseDurationMs, parseSpeed } from '../text/quantities.js';
import { textFlag, wholeNumber } from './text-flag.js';

const MOST_REQUESTS = 4_294_967_295;

/** The flags that say how a trace is read and which of its arrivals count: the same for every command that takes a trace. */
export const TRACE_FLAGS = {
  column: Flags.string({ description: 'CSV or JSON lines: the column of the times' }),
  unit: Flags.string({ options: ['ms', 's', 'us', 'ns'], description: 'the unit of --column' }),
  'trace-format': Flags.string({
    options: ['json', 'jsonl', 'csv'],
    description: 'the format of the trace, whatever its name ends in',
  }),
  where: Flags.string({
    description:
      "only arrivals that fulfil a condition on the trace's columns, such as 'trigger = http and inputTokens < 500'",
  }),
  from: textFlag('from', parseDurationMs)({ default: 0, description: 'begin here in the trace' }),
  to: textFlag('to', parseDurationMs)({ description: 'end here in the trace' }),
  speed: textFlag('speed', parseSpeed)({ default: 1, description: '2x replays in half the time' }),
  requests: textFlag(
    'requests',
    wholeNumber(1, MOST_REQUESTS),
  )({ char: 'n', description: 'send at most N requests: the first of the trace, or of --rate or --stages' }),
};

export type TraceFlags = Omit<Interfaces.InferredFlags<typeof TRACE_FLAGS>, 'json'>;

/** A trace as it stands in its file. */
export const AS_IT_STANDS: TraceFlags = {
  ...{ column: undefined, unit: undefined, 'trace-format': undefined, where: undefined },
  ...{ from: 0, to: undefined, speed: 1, requests: undefined },
};

/** The flags that change how a trace is taken, as they are typed. */
export function givenTraceFlags(flags: TraceFlags): readonly string[] {
  const names = Object.keys(AS_IT_STANDS) as (keyof TraceFlags)[];
  return names.filter((name) => flags[name] !== AS_IT_STANDS[name]).map((name) => `--${name}`);
}

/** Reads the flags out of texts, such as those of a study. Throws `UserError` that names the flag. */
export function parseTraceFlags(texts: Readonly<Record<string, string>>): TraceFlags {
  const { column, unit, where, from, to, speed, requests } = texts;
  return {
    column,
    unit: oneOf('unit', unit, ['ms', 's', 'us', 'ns']),
    'trace-format': oneOf('trace-format', texts['trace-format'], ['json', 'jsonl', 'csv']),
    where,
    from: read('from', from, parseDurationMs) ?? 0,
    to: read('to', to, parseDurationMs),
    speed: read('speed', speed, parseSpeed) ?? 1,
    requests: read('requests', requests, wholeNumber(1, MOST_REQUESTS)),
  };
}

function read<T>(name: string, text: string | undefined, parse: (text: string) => T): T | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (thrown) {
    throw isUserError(thrown) ? new UserError(`${name}: ${thrown.message}`) : thrown;
  }
}

function oneOf(name: string, text: string | undefined, known: readonly string[]): string | undefined {
  if (text === undefined || known.includes(text)) return text;
  throw new UserError(`${name}: ${printable(text, 40)} is not known; give ${known.join(', ')}`);
}
