import { Command, Flags } from '@oclif/core';
import { UserError } from '../../errors.js';
import type { Traffic } from '../../transform/traffic.js';
import { SUMMARIES } from '../summaries.js';
import { textFlag } from '../text-flag.js';
import { parseShare } from './parse-share.js';
import { SEED_FLAG, TRANSFORM_ARGS, TRANSFORM_FLAGS, transformed } from './transform-flags.js';

/** `replay trace sample TRACE --by functionId --share 10%` */
export class TraceSample extends Command {
  static override summary = SUMMARIES['trace sample'];
  static override description =
    'All arrivals of the functions or sessions that are chosen stay. With one seed, a larger share contains each smaller one.';
  static override examples = [
    '<%= config.bin %> trace sample functions.json --by functionId --share 50% -o sample.json',
  ];
  static override args = TRANSFORM_ARGS;
  static override flags = {
    ...TRANSFORM_FLAGS,
    by: Flags.string({ description: 'the column whose values are sampled, such as functionId or session' }),
    share: textFlag('share', parseShare)({ description: 'the share of its values that is kept, such as 10%' }),
    seed: SEED_FLAG,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceSample);
    const { by, share, seed } = flags;
    if (by === undefined || share === undefined)
      throw new UserError('say what to sample, and how much: --by functionId --share 10%');
    const { sample } = await import('../../transform/sample.js');
    await transformed(this, [args.trace], flags, ([trace]) => sample(trace as Traffic, by, share, seed));
  }
}
