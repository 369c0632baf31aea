import { counted } from '../text/counted.js';
import { Args, Command, Flags } from '@oclif/core';
import { isUserError } from '../errors.js';
import type { Report } from '../report.js';
import { COLLECT_FLAGS, collectWorld, givenWish } from './collect-flags.js';
import { COST_FLAGS, givenTerms, type GivenTerms } from './cost-flags.js';
import { GATE_FLAGS, givenCollectors, givenThresholds } from './gate-flags.js';
import { printReport } from './print-report.js';
import { stopOnSignals } from './stop-on-signals.js';
import { SUMMARIES } from './summaries.js';
import { exitOfReport, checkFiles, tellCi } from './tell-ci.js';

/** `replay report RUN`: the report again, from the sample log. */
export class ReportAgain extends Command {
  static override summary = SUMMARIES.report;
  static override description =
    'Prints it, and writes report.json and report.html again, so that both are of what was printed; --no-write only prints.';
  static override examples = [
    '<%= config.bin %> report runs/20261124-084512-workload-40-onnx',
    '<%= config.bin %> report my-run --json',
    '<%= config.bin %> report my-run --prices 2021-03 --machine aws:g4dn.2xlarge --no-write',
    '<%= config.bin %> report my-run --collect cloud',
    "<%= config.bin %> report my-run --threshold 'all.p(99)<200ms' --junit junit.xml",
  ];
  static override args = { run: Args.string({ required: true, description: 'the folder of a run' }) };
  static override flags = {
    ...COST_FLAGS,
    ...GATE_FLAGS,
    ...COLLECT_FLAGS,
    json: Flags.boolean({ description: 'print report.json in place of the text' }),
    write: Flags.boolean({ default: true, allowNo: true, description: 'write report.json and report.html again' }),
    html: Flags.boolean({ default: true, allowNo: true, description: 'write report.html again, too' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(ReportAgain);
    const given = await givenThresholds(flags.threshold);
    const terms = await givenTerms(flags);
    const wish = givenWish(flags);
    await checkFiles(flags, process.env);
    const { foldAgain } = await import('../conclude/report-again.js');
    const { report: kept, spectrum } = await foldAgain(args.run, {
      ...terms,
      ...given,
      ...(await givenCollectors(flags.collector)),
    });
    const report = wish === undefined ? kept : await this.collected(args.run, kept, wish, terms);
    await printReport(report, spectrum, flags);
    if (flags.write) await this.written(args.run, report, flags.html);
    // The exit code answers whether a run is good enough where that was asked; otherwise the run itself has answered.
    if (given.thresholds !== undefined) process.exitCode = exitOfReport(report);
    await tellCi(report, flags, process.env);
  }

  private async collected(
    folder: string,
    report: Report,
    wish: NonNullable<ReturnType<typeof givenWish>>,
    terms: GivenTerms,
  ): Promise<Report> {
    const { collectCloud } = await import('../conclude/collect-cloud.js');
    const stop = stopOnSignals(() => {
      this.logToStderr('stopping: writing the report with what was read (press Ctrl-C again to quit now)');
    });
    const say = (text: string): void => {
      this.logToStderr(text);
    };
    try {
      return await collectCloud(folder, report, wish, collectWorld(stop.signal, say), terms);
    } finally {
      stop.release();
    }
  }

  /** A folder that takes no file has been read all the same. */
  private async written(folder: string, report: Report, html: boolean): Promise<void> {
    const { countsFewer } = await import('../conclude/counts-fewer.js');
    const { writeReport } = await import('../conclude/write-report.js');
    const fewer = countsFewer(folder, report);
    if (fewer !== undefined) {
      this.logToStderr(
        `printed, but not written: report.json knows the outcome of ${counted(fewer.kept, 'request')}, the sample log of ${String(fewer.now)}; report.json stays as it is`,
      );
      return;
    }
    try {
      await writeReport(folder, report, html);
    } catch (thrown) {
      if (!isUserError(thrown)) throw thrown;
      const [why = ''] = thrown.message.split(';');
      this.logToStderr(`printed, but not written (${why}); copy the folder to where you may write, or add --no-write`);
    }
  }
}
