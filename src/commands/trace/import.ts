import { Args, Command, Flags } from '@oclif/core';
import { SUMMARIES } from '../summaries.js';

/** `replay trace import FILE -o OUT`: a trace from an access log, a public data set or a table with a column of times. */
export class TraceImport extends Command {
  static override summary = SUMMARIES['trace import'];
  static override examples = ['<%= config.bin %> trace import access.log -o trace.json'];
  static override args = { input: Args.string({ required: true, description: 'the file, or - for standard input' }) };
  static override flags = {
    output: Flags.string({ char: 'o', description: 'file to write: .json, .jsonl or .csv, each also .gz' }),
  };

  override async run(): Promise<void> {
    await this.parse(TraceImport);
  }
}
