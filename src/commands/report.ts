import { Args, Command, Flags } from '@oclif/core';
import { COST_FLAGS, givenTerms } from './cost-flags.js';

/** `replay report RUN`: the report again, from the sample log. */
export class ReportAgain extends Command {
  static override summary = 'Make the report of a run again, from its sample log.';
  static override examples = [
    '<%= config.bin %> report runs/20261124-084512-workload-40-onnx',
    '<%= config.bin %> report my-run --json',
    '<%= config.bin %> report my-run --prices 2021-03 --machine aws:g4dn.2xlarge',
  ];
  static override args = { run: Args.string({ required: true, description: 'the folder of a run' }) };
  static override flags = {
    ...COST_FLAGS,
    json: Flags.boolean({ description: 'print report.json in place of the text' }),
    html: Flags.boolean({ default: true, allowNo: true, description: 'write report.html again' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(ReportAgain);
    const { reportAgain } = await import('../replay/report-again.js');
    const report = await reportAgain(args.run, await givenTerms(flags));
    const { renderReportJson } = await import('../report/report-json.js');
    const { renderReportText } = await import('../report/report-text.js');
    process.stdout.write(flags.json ? renderReportJson(report) : renderReportText(report));
    if (flags.html) {
      const { writePage } = await import('../replay/write-page.js');
      await writePage(args.run, report);
    }
  }
}
