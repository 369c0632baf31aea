import { Args, Command, Flags } from '@oclif/core';
import type { Inspection } from '../../inspect/inspect.js';
import { parseLengthMs } from '../../text/quantities.js';
import { SUMMARIES } from '../summaries.js';
import { textFlag } from '../text-flag.js';
import { TRACE_FLAGS } from '../trace-flags.js';
import { checkAskedFile, writeAskedFile } from '../write-asked-file.js';

/** `replay trace inspect TRACE`: what the traffic of a trace is like. */
export class TraceInspect extends Command {
  static override summary = SUMMARIES['trace inspect'];
  static override description =
    'Rates, gaps, burstiness at every scale, silences, time stamps, and how many instances the trace asks for. Nothing is sent.';
  static override examples = [
    '<%= config.bin %> trace inspect traces/workload-120.json',
    '<%= config.bin %> trace inspect trace.json --service 350ms --html page.html',
    '<%= config.bin %> trace inspect traces/workload-40.json --json',
  ];
  static override args = {
    trace: Args.string({ required: true, description: 'a trace file, or - for standard input' }),
  };
  static override flags = {
    service: textFlag(
      'service',
      parseLengthMs,
    )({
      default: 200,
      defaultHelp: '200ms',
      description: 'how long one request takes, for the instances that are needed',
    }),
    html: Flags.string({ description: 'write a page with plots to this file too' }),
    json: Flags.boolean({ description: 'print every number as JSON' }),
    ...TRACE_FLAGS,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceInspect);
    await checkAskedFile('--html', flags.html);
    const { inspectFile } = await import('../inspect-file.js');
    const inspection = await inspectFile(args.trace, flags, flags.service);
    if (flags.html !== undefined) await writePage(flags.html, inspection);
    if (flags.json) {
      process.stdout.write(`${JSON.stringify(inspection, null, 1)}\n`);
      return;
    }
    const { inspectionText } = await import('../../inspect/inspection-text.js');
    process.stdout.write(inspectionText(inspection));
  }
}

async function writePage(path: string, inspection: Inspection): Promise<void> {
  const [{ readPageAssets }, { renderInspectionHtml }] = await Promise.all([
    import('../../report/html/read-page-assets.js'),
    import('../../inspect/html/render-inspection-html.js'),
  ]);
  await writeAskedFile('--html', path, renderInspectionHtml(inspection, readPageAssets()));
}
