import { Command } from '@oclif/core';
import { UserError } from '../../errors.js';
import type { Traffic } from '../../transform/traffic.js';
import { SUMMARIES } from '../summaries.js';
import { textFlag } from '../text-flag.js';
import { parseShare } from './parse-share.js';
import { SEED_FLAG, TRANSFORM_ARGS, TRANSFORM_FLAGS, transformed } from './transform-flags.js';

/** `replay trace thin TRACE --keep 10%` */
export class TraceThin extends Command {
  static override summary = SUMMARIES['trace thin'];
  static override examples = ['<%= config.bin %> trace thin trace.json --keep 50% --seed 3 -o thin.json'];
  static override args = TRANSFORM_ARGS;
  static override flags = {
    ...TRANSFORM_FLAGS,
    keep: textFlag(
      'keep',
      parseShare,
    )({ description: 'the probability with which each arrival is kept, such as 10% or 0.1' }),
    seed: SEED_FLAG,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceThin);
    const { keep, seed } = flags;
    if (keep === undefined) throw new UserError('--keep is missing; give a share such as --keep 10%');
    const { thin } = await import('../../transform/transforms.js');
    await transformed(this, [args.trace], flags, ([trace]) => thin(trace as Traffic, keep, seed));
  }
}
