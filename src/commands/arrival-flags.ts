import { Flags, type Interfaces } from '@oclif/core';
import { UserError } from '../errors.js';
import { parseLengthMs, parseRatePerSecond } from '../text/quantities.js';
import { parseStages } from './parse-stages.js';
import { parsePositive, textFlag, wholeNumber } from './text-flag.js';
import { TRACE_FLAGS } from './trace-flags.js';

/** The flags that say which arrivals: of the trace that is named, or made where none is. */
export const ARRIVAL_FLAGS = {
  ...TRACE_FLAGS,
  rate: textFlag(
    'rate',
    parseRatePerSecond,
  )({ char: 'R', description: 'without a trace: the mean rate, such as 50/s' }),
  duration: textFlag(
    'duration',
    parseLengthMs,
  )({ char: 'd', description: 'without a trace: the length of the run, such as 30s' }),
  stages: textFlag(
    'stages',
    parseStages,
  )({
    description:
      'without a trace: rates that change, as time:rate; 0s:0,10s:200,40s:200 is a ramp and a level, a time given twice a step',
  }),
  process: Flags.string({
    options: ['poisson', 'constant', 'gamma'],
    description: 'without a trace: the arrival process; poisson unless given',
  }),
  scv: textFlag(
    'scv',
    parsePositive,
  )({ description: 'with --process gamma: squared coefficient of variation of the gaps; 1 (Poisson) unless given' }),
  seed: textFlag(
    'seed',
    wholeNumber(0, Number.MAX_SAFE_INTEGER),
  )({ default: 1, description: 'seed of the arrivals (--rate, --stages) and of simulated backends' }),
};

export type ArrivalFlags = Interfaces.InferredFlags<typeof ARRIVAL_FLAGS>;

/** Throws `UserError` for a flag of made arrivals beside a trace, which has its own. */
export function checkBesideTrace(flags: ArrivalFlags): void {
  const { rate, duration, stages, process, scv } = flags;
  const given = namesOf({ rate, duration, stages, process, scv });
  if (given.length > 0)
    throw new UserError(`a trace has its own times; leave out ${given.join(' and ')}, or the trace`);
}

/** Throws `UserError` for flags that do not say one set of arrivals, where no trace is named. */
export function checkWithoutTrace({
  rate,
  duration,
  stages,
  requests,
  process,
  scv,
  column,
  unit,
  'trace-format': format,
  where,
}: ArrivalFlags): void {
  const ofFiles = namesOf({ column, unit, 'trace-format': format, where });
  if (ofFiles.length > 0)
    throw new UserError(`${ofFiles.join(' and ')}: only for reading a trace file; name one, or leave it out`);
  if (scv !== undefined && process !== 'gamma')
    throw new UserError('--scv is of the gaps of --process gamma; add that, or leave it out');
  if (stages !== undefined) {
    const given = namesOf({ rate, duration });
    if (given.length > 0) throw new UserError(`--stages has rates and a length; leave out ${given.join(' and ')}`);
    if (process === 'gamma') throw new UserError('--stages goes with --process poisson or constant; give one of them');
    return;
  }
  if (rate === undefined)
    throw new UserError(
      'nothing to replay; give a trace file, - for standard input, --rate 50/s --duration 30s, or --stages 0s:0,10s:50',
    );
  if (duration === undefined && requests === undefined)
    throw new UserError('--rate needs a length; add --duration 30s, or --requests 1000');
  if (duration !== undefined && requests !== undefined)
    throw new UserError('--duration and --requests are two lengths; give one');
}

function namesOf(flags: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]));
}
