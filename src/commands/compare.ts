import { Args, Command, Flags, type Interfaces } from '@oclif/core';
import type { CompareRequest } from '../compare/compare-runs.js';
import type { Comparison } from '../compare/comparison.js';
import { EXIT, UserError } from '../errors.js';
import type { SystemsEnd } from './run-systems.js';
import { SUMMARIES } from './summaries.js';
import { checkAskedFile, writeAskedFile } from './write-asked-file.js';
import { textFlag, wholeNumber } from './text-flag.js';

/** `replay compare RUN ...`: runs side by side, or with `--run` made first. */
export class Compare extends Command {
  static override summary = SUMMARIES.compare;
  static override examples = [
    '<%= config.bin %> compare runs/lambda-* runs/sagemaker-*',
    '<%= config.bin %> compare runs --mixed --format markdown --html compare.html',
    '<%= config.bin %> compare --run systems.yaml --html compare.html',
    "<%= config.bin %> compare after --baseline before --fail-if 'all.p(99)>+10%'",
  ];
  static override args = {
    runs: Args.string({ multiple: true, description: 'folders of runs, or folders of such folders' }),
  };
  static override flags = {
    run: Flags.string({ description: 'make the runs of this YAML file first, the systems taking turns' }),
    baseline: Flags.string({ multiple: true, description: 'runs that the others are held against' }),
    'fail-if': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: "with --baseline: exit 99 on a regression, such as 'all.p(99)>+10%'; repeatable",
    }),
    mixed: Flags.boolean({ description: 'allow several traces, windows or speeds: a table for each' }),
    'include-invalid': Flags.boolean({ description: 'count INVALID runs too' }),
    'ignore-settings': Flags.boolean({
      description: 'one backend on one machine is one system, whatever else was set',
    }),
    frontier: Flags.string({ default: 'all.p(99)', description: 'the latency of the latency-cost frontier' }),
    format: Flags.string({ options: ['text', 'markdown', 'csv', 'json'], default: 'text' }),
    out: Flags.string({
      char: 'o',
      aliases: ['output'],
      description: 'write to this file in place of standard output',
    }),
    html: Flags.string({ description: 'write a page with plots to this file too' }),
    seed: textFlag(
      'seed',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )({ default: 1, description: 'of the intervals within one run' }),
    quiet: Flags.boolean({ char: 'q', description: 'with --run: no progress' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Compare);
    const given = args.runs ?? [];
    const checked = await checkedBeforeReading(given, flags);
    await checkAskedFile('--html', flags.html);
    await checkAskedFile('--out', flags.out);
    const made = flags.run === undefined ? undefined : await this.make(flags.run, flags.quiet);
    if (typeof made === 'number') {
      process.exitCode = made;
      return;
    }
    const comparison = await compared([...given, ...(made?.runs ?? []).map(({ folder }) => folder)], {
      ...flags,
      mixed: flags.mixed || made?.varySeed === true,
      ...checked,
    });
    await put(comparison, flags);
    if (made !== undefined)
      await (await import('./tell-series.js')).tellSeries(made.runs, comparison, made.files, process.env);
    if (made?.trouble !== undefined) throw made.trouble;
    process.exitCode = worstOf([made?.exitCode ?? EXIT.ok, exitOf(comparison)]);
  }

  private async make(file: string, quiet: boolean): Promise<SystemsEnd | number> {
    const { runSystems } = await import('./run-systems.js');
    const end = await runSystems(file, quiet, async (argv) => {
      const { Run } = await import('./run.js');
      return await this.parse(Run, argv);
    });
    if (typeof end !== 'number' && end.runs.length === 0)
      throw end.trouble ?? new UserError('no run was made; there is nothing to compare');
    return end;
  }
}

type CompareFlags = Interfaces.InferredFlags<typeof Compare.flags>;
type Checked = Pick<CompareRequest, 'rules' | 'frontierMetric'>;

/** Whatever can be wrong with the command line itself, before anything is made or read. */
async function checkedBeforeReading(given: readonly string[], flags: CompareFlags): Promise<Checked> {
  if (given.length === 0 && flags.run === undefined)
    throw new UserError('nothing to compare; give folders of runs, or --run systems.yaml');
  const texts = flags['fail-if'] ?? [];
  if (texts.length > 0 && flags.baseline === undefined)
    throw new UserError('--fail-if holds runs against a baseline; give its runs with --baseline');
  const [{ parseFailRule }, { metricOf }] = await Promise.all([
    import('../compare/fail-rule.js'),
    import('../compare/metric-of.js'),
  ]);
  const frontierMetric = metricOf(flags.frontier);
  if (frontierMetric.unit !== 'ms')
    throw new UserError('--frontier: give a latency, such as all.p(50) or response.mean');
  return { rules: texts.map(parseFailRule), frontierMetric };
}

async function compared(folders: readonly string[], flags: CompareFlags & Checked): Promise<Comparison> {
  const [{ findRuns }, { compareRuns }] = await Promise.all([
    import('../compare/find-runs.js'),
    import('../compare/compare-runs.js'),
  ]);
  return compareRuns({
    runs: findRuns(folders),
    baseline: findRuns(flags.baseline ?? []),
    rules: flags.rules,
    frontierMetric: flags.frontierMetric,
    mixed: flags.mixed,
    includeInvalid: flags['include-invalid'],
    ignoreSettings: flags['ignore-settings'],
    seed: flags.seed,
  });
}

async function put(comparison: Comparison, flags: CompareFlags): Promise<void> {
  const text = await rendered(comparison, flags.format);
  if (flags.html !== undefined) {
    const [{ readPageAssets }, { renderCompareHtml }] = await Promise.all([
      import('../report/html/read-page-assets.js'),
      import('../compare/html/render-compare-html.js'),
    ]);
    await writeAskedFile('--html', flags.html, renderCompareHtml(comparison, readPageAssets()));
  }
  if (flags.out === undefined) process.stdout.write(text);
  else await writeAskedFile('--out', flags.out, text);
}

async function rendered(comparison: Comparison, format: string): Promise<string> {
  if (format === 'json') return (await import('../compare/render-json.js')).renderCompareJson(comparison);
  if (format === 'csv') return (await import('../compare/render-csv.js')).renderCompareCsv(comparison);
  if (format === 'markdown') return (await import('../compare/render-markdown.js')).renderCompareMarkdown(comparison);
  return (await import('../compare/render-text.js')).renderCompareText(comparison);
}

/** One regression that is sure is enough; else one answer that our own share could turn leaves all open. */
function exitOf({ judgements }: Comparison): number {
  const verdicts = judgements.map(({ verdict }) => verdict);
  if (verdicts.includes('regression')) return EXIT.threshold;
  return verdicts.includes('undecided') ? EXIT.invalid : EXIT.ok;
}

/** By the order of EXIT. */
function worstOf(codes: readonly number[]): number {
  return Object.values(EXIT).find((code) => codes.includes(code)) ?? EXIT.ok;
}
