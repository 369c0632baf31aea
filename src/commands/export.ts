import { Args, Command, Flags } from '@oclif/core';
import { resolve } from 'node:path';
import { counted } from '../text/counted.js';
import { EXIT, printable, UserError } from '../errors.js';
import { stopOnSignals } from './stop-on-signals.js';
import { SUMMARIES } from './summaries.js';

/** `replay export RUN... --format csv`: the samples for other tools. */
export class Export extends Command {
  static override summary = SUMMARIES.export;
  static override description =
    'One row for each request: the columns of the sample log, response and service time, the date, the run and its system. Several runs give one table. In a CSV, a text that a spreadsheet would compute begins with an apostrophe.';
  static override examples = [
    '<%= config.bin %> export my-run --format csv -o samples.csv',
    '<%= config.bin %> export my-run --format parquet -o samples.parquet',
    '<%= config.bin %> export my-run --format jsonl | head -1',
    "<%= config.bin %> export my-run --format csv --where 'outcome != ok or response_ms > 500'",
    '<%= config.bin %> export my-run runs/20261124-084512-workload-40-onnx --format parquet -o samples.parquet',
  ];
  static override args = {
    runs: Args.string({ required: true, multiple: true, description: 'folders of runs' }),
  };
  static override flags = {
    format: Flags.option({
      options: ['csv', 'jsonl', 'parquet'] as const,
      required: true,
      description: 'what to write',
    })(),
    where: Flags.string({
      description: "only rows that fulfil a condition on the columns, such as 'outcome = ok and model = a'",
    }),
    output: Flags.string({ char: 'o', default: '-', description: 'file to write; - is standard output' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Export);
    refuseTwice(args.runs);
    const toStdout = flags.output === '-';
    if (toStdout && flags.format === 'parquet' && process.stdout.isTTY)
      throw new UserError('Parquet is no text for a terminal; name a file with -o samples.parquet');
    const stop = stopOnSignals(() => undefined);
    try {
      const { exportSamples } = await import('../export/export-samples.js');
      const sink = toStdout ? process.stdout : flags.output;
      const { rows, missing, cut } = await exportSamples(args.runs, flags.format, sink, stop.signal, flags.where);
      for (const line of missing) this.logToStderr(line);
      if (!toStdout || (missing.length > 0 && !cut)) this.logToStderr(`${counted(rows, 'row')} written`);
    } catch (thrown) {
      if (!stop.signal.aborted) throw thrown;
      process.exitCode = EXIT.interrupted;
    } finally {
      stop.release();
    }
  }
}

/** Its rows would be there twice. */
function refuseTwice(folders: readonly string[]): void {
  const paths = folders.map((folder) => resolve(folder));
  const twice = folders.find((_, i) => paths.indexOf(paths[i] ?? '') < i);
  if (twice !== undefined) throw new UserError(`${printable(twice)} is given twice; give each run once`);
}
