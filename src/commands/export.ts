import { Args, Command, Flags } from '@oclif/core';
import { EXIT, UserError } from '../errors.js';
import { stopOnSignals } from './stop-on-signals.js';
import { SUMMARIES } from './summaries.js';

/** `replay export RUN --format csv`: the samples for other tools. */
export class Export extends Command {
  static override summary = SUMMARIES.export;
  static override description =
    'One row for each request, with the columns of the sample log. Texts that a spreadsheet would compute begin with a quote.';
  static override examples = [
    '<%= config.bin %> export my-run --format csv -o samples.csv',
    '<%= config.bin %> export my-run --format parquet -o samples.parquet',
    '<%= config.bin %> export my-run --format jsonl | head -1',
  ];
  static override args = { run: Args.string({ required: true, description: 'the folder of a run' }) };
  static override flags = {
    format: Flags.option({
      options: ['csv', 'jsonl', 'parquet'] as const,
      required: true,
      description: 'what to write',
    })(),
    output: Flags.string({ char: 'o', default: '-', description: 'file to write; - is standard output' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Export);
    const toStdout = flags.output === '-';
    if (toStdout && flags.format === 'parquet' && process.stdout.isTTY)
      throw new UserError('Parquet is no text for a terminal; name a file with -o samples.parquet');
    const stop = stopOnSignals(() => undefined);
    try {
      const { exportSamples } = await import('../export/export-samples.js');
      const sink = toStdout ? process.stdout : flags.output;
      const { rows, truncated, cut } = await exportSamples(args.run, flags.format, sink, stop.signal);
      if (truncated) this.logToStderr('the run was killed: rows that it had not written yet are missing');
      if (!toStdout || (truncated && !cut)) this.logToStderr(`${String(rows)} rows written`);
    } catch (thrown) {
      if (!stop.signal.aborted) throw thrown;
      process.exitCode = EXIT.interrupted;
    } finally {
      stop.release();
    }
  }
}
