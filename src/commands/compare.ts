import { Args, Command, Flags } from '@oclif/core';
import { UserError } from '../errors.js';
import { textFlag, wholeNumber } from './text-flag.js';

/** `replay compare RUN ...`: runs side by side. */
export class Compare extends Command {
  static override summary = 'Compare runs: tables, intervals, the latency-cost frontier, a regression gate.';
  static override examples = [
    '<%= config.bin %> compare runs/lambda-* runs/sagemaker-*',
    '<%= config.bin %> compare runs/today --format markdown --html compare.html',
    "<%= config.bin %> compare --baseline runs/before --fail-if 'all.p(99)>+10%' runs/after",
  ];
  static override args = {
    runs: Args.string({ multiple: true, description: 'folders of runs, or folders of such folders' }),
  };
  static override flags = {
    baseline: Flags.string({ multiple: true, description: 'runs that the others are held against' }),
    mixed: Flags.boolean({ description: 'runs of several traces or speeds: a table for each' }),
    'include-invalid': Flags.boolean({ description: 'count INVALID runs too' }),
    'ignore-settings': Flags.boolean({ description: 'runs of one backend and machine are one system, whatever was set' }),
    frontier: Flags.string({ default: 'all.p(99)', description: 'the latency of the frontier' }),
    format: Flags.string({ options: ['text', 'markdown', 'csv', 'json'], default: 'text' }),
    seed: textFlag('seed', wholeNumber(0, Number.MAX_SAFE_INTEGER))({ default: 1, description: 'of the intervals within one run' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Compare);
    const { findRuns } = await import('../compare/find-runs.js');
    const { compareRuns } = await import('../compare/compare-runs.js');
    const { metricOf } = await import('../compare/metrics.js');
    const { renderCompareText } = await import('../compare/render-text.js');
    const given = (args.runs ?? []) as unknown as string[];
    if (given.length === 0) throw new UserError('nothing to compare; give folders of runs');
    const comparison = await compareRuns({
      runs: findRuns(given),
      baseline: findRuns(flags.baseline ?? []),
      rules: [],
      mixed: flags.mixed,
      includeInvalid: flags['include-invalid'],
      ignoreSettings: flags['ignore-settings'],
      frontierMetric: metricOf(flags.frontier),
      seed: flags.seed,
    });
    process.stdout.write(renderCompareText(comparison));
  }
}
