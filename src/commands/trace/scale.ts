import { Command, Flags } from '@oclif/core';
import { tmpdir } from 'node:os';
import { UserError } from '../../errors.js';
import { parseRatePerSecond } from '../../text/quantities.js';
import type { Traffic } from '../../transform/traffic.js';
import { SUMMARIES } from '../summaries.js';
import { textFlag } from '../text-flag.js';
import { SEED_FLAG, TRANSFORM_ARGS, TRANSFORM_FLAGS, transformed } from './transform-flags.js';

/** `replay trace scale TRACE --rate 100/s` */
export class TraceScale extends Command {
  static override summary = SUMMARIES['trace scale'];
  static override description =
    'Without --by it thins to lower the rate, and superposes to raise it. It says what that does to bursts.';
  static override examples = [
    '<%= config.bin %> trace scale trace.json --rate 40/s -o scaled.json',
    '<%= config.bin %> trace scale trace.json --rate 40/s --by warp -o faster.json',
  ];
  static override args = TRANSFORM_ARGS;
  static override flags = {
    ...TRANSFORM_FLAGS,
    rate: textFlag(
      'rate',
      parseRatePerSecond,
    )({ char: 'R', description: 'the mean rate of the new trace, such as 100/s' }),
    by: Flags.option({
      options: ['thin', 'superpose', 'warp'] as const,
      description: 'how: leave arrivals out, lay shifted copies over each other, or run the clock faster',
    })(),
    seed: SEED_FLAG,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceScale);
    const { rate, by, seed } = flags;
    if (rate === undefined) throw new UserError('--rate is missing; give a mean rate such as --rate 100/s');
    const { scale } = await import('../../transform/transforms.js');
    await transformed(this, [args.trace], flags, ([trace]) => scale(trace as Traffic, rate, by, seed, tmpdir()));
  }
}
