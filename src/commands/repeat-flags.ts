import { Flags } from '@oclif/core';
import { textFlag, wholeNumber } from './text-flag.js';

/** The flags of a run made several times. */
export const REPEAT_FLAGS = {
  repeat: textFlag(
    'repeat',
    wholeNumber(1, 1000),
  )({ description: 'make N runs one after another, in --out/1, --out/2, ..., then summarize them' }),
  attempts: textFlag(
    'attempts',
    wholeNumber(1, 100),
  )({ description: 'make a run that is INVALID again, until it is VALID or was made N times; 1 unless given' }),
  'vary-seed': Flags.boolean({
    description: 'with --repeat and --rate: draw the arrivals anew for each, with --seed, --seed + 1, ...',
  }),
};
