import { Command } from '@oclif/core';
import { UserError } from '../../errors.js';
import { parseSpeed } from '../../text/quantities.js';
import type { Traffic } from '../../transform/traffic.js';
import { parsePoints } from '../parse-stages.js';
import { SUMMARIES } from '../summaries.js';
import { textFlag } from '../text-flag.js';
import { TRANSFORM_ARGS, TRANSFORM_FLAGS, transformed } from './transform-flags.js';

/** `replay trace warp TRACE --speed 2x` */
export class TraceWarp extends Command {
  static override summary = SUMMARIES['trace warp'];
  static override examples = [
    '<%= config.bin %> trace warp trace.json --speed 2x -o faster.json',
    '<%= config.bin %> trace warp trace.json --curve 0s:1,500ms:4,1s:1 -o rush.json',
  ];
  static override args = TRANSFORM_ARGS;
  static override flags = {
    ...TRANSFORM_FLAGS,
    speed: textFlag('speed', parseSpeed)({ description: '2x runs the clock twice as fast' }),
    curve: textFlag(
      'curve',
      parsePoints,
    )({ description: 'the speed at each time of the trace, such as 0s:1,30s:4,60s:1; straight lines between' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceWarp);
    const { speed, curve } = flags;
    if ((speed === undefined) === (curve === undefined))
      throw new UserError('give either --speed, such as 2x, or --curve');
    const { warpCurve, warpSpeed } = await import('../../transform/transforms.js');
    await transformed(this, [args.trace], flags, ([trace]) =>
      curve === undefined ? warpSpeed(trace as Traffic, speed ?? 1) : warpCurve(trace as Traffic, curve),
    );
  }
}
