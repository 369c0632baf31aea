import { Command, Flags } from '@oclif/core';
import { parseLengthMs } from '../../text/quantities.js';
import type { Traffic } from '../../transform/traffic.js';
import type { Target } from '../../transform/write-traffic.js';
import { SUMMARIES } from '../summaries.js';
import { textFlag } from '../text-flag.js';
import { TRANSFORM_ARGS, TRANSFORM_FLAGS, transformed } from './transform-flags.js';

/** What is lost on the way. */
const SAYS: Readonly<Record<Target, readonly string[]>> = {
  trace: [],
  parquet: [],
  mooncake: ['times are rounded to whole ms'],
  vegeta: ['targets have no times: vegeta sends them in order at its own -rate'],
  k6: ['the rate is that of each step; the times within a step are those of k6'],
};

/** `replay trace convert TRACE -o OUT` */
export class TraceConvert extends Command {
  static override summary = SUMMARIES['trace convert'];
  static override description =
    'trace: by the ending, JSON, JSON lines or CSV. mooncake: JSON lines that AIPerf replays. vegeta: targets in order. k6: options with a scenario that follows the rate.';
  static override examples = [
    '<%= config.bin %> trace convert trace.json -o trace.parquet',
    '<%= config.bin %> trace convert trace.json --to k6 -o k6.json',
  ];
  static override args = TRANSFORM_ARGS;
  static override flags = {
    ...TRANSFORM_FLAGS,
    to: Flags.option({
      options: ['trace', 'parquet', 'mooncake', 'vegeta', 'k6'] as const,
      description: 'what to write; by the name of the file unless given',
    })(),
    url: Flags.string({ description: '--to vegeta: where requests without a host go' }),
    step: textFlag(
      'step',
      parseLengthMs,
    )({ description: '--to k6: the width of the steps of the rate; 1s unless given' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceConvert);
    const { to, url, step } = flags;
    const how = { to, url, stepMs: step, forgets: true };
    const says = to === undefined ? [] : SAYS[to];
    await transformed(this, [args.trace], flags, ([trace]) => ({ ...(trace as Traffic), says }), how);
  }
}
