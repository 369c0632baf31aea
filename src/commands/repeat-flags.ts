import { Flags } from '@oclif/core';
import { textFlag, wholeNumber } from './text-flag.js';

/** The flags of a run made several times. */
export const REPEAT_FLAGS = {
  repeat: textFlag(
    'repeat',
    wholeNumber(1, 1000),
  )({ description: 'so many runs one after another, in --out/1, --out/2, ...; their summary at the end' }),
  'vary-seed': Flags.boolean({
    description: 'with --repeat and --rate: draw the arrivals anew for each, with --seed, --seed + 1, ...',
  }),
};
