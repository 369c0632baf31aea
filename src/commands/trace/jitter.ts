import { Command } from '@oclif/core';
import { tmpdir } from 'node:os';
import { UserError } from '../../errors.js';
import { parseDurationMs } from '../../text/quantities.js';
import type { Traffic } from '../../transform/traffic.js';
import { SUMMARIES } from '../summaries.js';
import { textFlag } from '../text-flag.js';
import { SEED_FLAG, TRANSFORM_ARGS, TRANSFORM_FLAGS, transformed } from './transform-flags.js';

/** `replay trace jitter TRACE --by 50ms` */
export class TraceJitter extends Command {
  static override summary = SUMMARIES['trace jitter'];
  static override examples = ['<%= config.bin %> trace jitter trace.json --by 50ms --seed 3 -o jittered.json'];
  static override args = TRANSFORM_ARGS;
  static override flags = {
    ...TRANSFORM_FLAGS,
    by: textFlag(
      'by',
      parseDurationMs,
    )({ description: 'how far an arrival is moved at most, either way, such as 50ms' }),
    seed: SEED_FLAG,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceJitter);
    const { by, seed } = flags;
    if (by === undefined) throw new UserError('--by is missing; give a length such as --by 50ms');
    const { jitter } = await import('../../transform/transforms.js');
    await transformed(this, [args.trace], flags, ([trace]) => jitter(trace as Traffic, by, seed, tmpdir()));
  }
}
