import { Args, Command, Flags } from '@oclif/core';
import { COST_FLAGS, givenTerms } from './cost-flags.js';
import { GATE_FLAGS, givenThresholds } from './gate-flags.js';
import { printReport } from './print-report.js';
import { exitOfReport, prepareFiles, tellCi } from './tell-ci.js';

/** `replay report RUN`: the report again, from the sample log. */
export class ReportAgain extends Command {
  static override summary = 'Make the report of a run again, from its sample log.';
  static override examples = [
    '<%= config.bin %> report runs/20261124-084512-workload-40-onnx',
    '<%= config.bin %> report my-run --json',
    '<%= config.bin %> report my-run --prices 2021-03 --machine aws:g4dn.2xlarge',
    "<%= config.bin %> report my-run --threshold 'all.p(99)<200ms' --junit junit.xml",
  ];
  static override args = { run: Args.string({ required: true, description: 'the folder of a run' }) };
  static override flags = {
    ...COST_FLAGS,
    ...GATE_FLAGS,
    json: Flags.boolean({ description: 'print report.json in place of the text' }),
    html: Flags.boolean({ default: true, allowNo: true, description: 'write report.html again' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(ReportAgain);
    const given = await givenThresholds(flags.threshold);
    const terms = await givenTerms(flags);
    prepareFiles(flags);
    const { foldAgain } = await import('../replay/report-again.js');
    const { report, spectrum } = await foldAgain(args.run, { ...terms, ...given });
    await printReport(report, spectrum, flags);
    if (flags.html) {
      const { writePage } = await import('../replay/write-page.js');
      await writePage(args.run, report);
    }
    // Whoever asks whether a run is good enough is told by the exit code too; else the run has told it itself.
    if (given.thresholds !== undefined) process.exitCode = exitOfReport(report);
    await tellCi(report, flags, process.env);
  }
}
