import { Command } from '@oclif/core';
import { UserError } from '../../errors.js';
import { parseDurationMs } from '../../text/quantities.js';
import type { Traffic } from '../../transform/traffic.js';
import { SUMMARIES } from '../summaries.js';
import { textFlag } from '../text-flag.js';
import { TRANSFORM_ARGS, TRANSFORM_FLAGS, transformed } from './transform-flags.js';

/** `replay trace window TRACE --from 10s --to 60s` */
export class TraceWindow extends Command {
  static override summary = SUMMARIES['trace window'];
  static override examples = ['<%= config.bin %> trace window trace.json --from 100ms --to 600ms -o window.json'];
  static override args = TRANSFORM_ARGS;
  static override flags = {
    ...TRANSFORM_FLAGS,
    from: textFlag('from', parseDurationMs)({ default: 0, description: 'begin here in the trace' }),
    to: textFlag('to', parseDurationMs)({ description: 'end before this' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceWindow);
    const { from, to = Infinity } = flags;
    if (from >= to) throw new UserError('--to must lie behind --from');
    const { window } = await import('../../transform/transforms.js');
    await transformed(this, [args.trace], flags, ([trace]) => window(trace as Traffic, from, to));
  }
}
