import { Command, Args } from '@oclif/core';
import { tmpdir } from 'node:os';
import { SUMMARIES } from '../summaries.js';
import { TRANSFORM_FLAGS, transformed } from './transform-flags.js';

/** `replay trace superpose A B ...` */
export class TraceSuperpose extends Command {
  static override summary = SUMMARIES['trace superpose'];
  static override examples = ['<%= config.bin %> trace superpose trace.json trace.json -o both.json'];
  static override args = { traces: Args.string({ required: true, multiple: true, description: 'the traces' }) };
  static override flags = { ...TRANSFORM_FLAGS };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceSuperpose);
    const { superpose } = await import('../../transform/transforms.js');
    await transformed(this, args.traces, flags, (traces) => superpose(traces, tmpdir()));
  }
}
