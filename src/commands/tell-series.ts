import type { Comparison } from '../compare/comparison.js';
import type { SeriesRun } from '../compare/run-series.js';
import { complaintsOf } from './complaints.js';
import { appendAskedFile, writeAskedFile } from './write-asked-file.js';
import { onGithub, plainFor, type AskedFiles } from './tell-ci.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Says which runs of a series did not give what was asked, and writes what was asked for. Throws `UserError` when a file cannot be written. */
export async function tellSeries(
  runs: readonly SeriesRun[],
  comparison: Comparison,
  { junit, summary }: AskedFiles,
  env: Env,
): Promise<void> {
  for (const line of runs.flatMap(({ name, report }) => complaintsOf(name, report)))
    process.stderr.write(plainFor(env, `replay: ${line}\n`));
  if (onGithub(env)) {
    const { renderAnnotations } = await import('../report/github-annotations.js');
    for (const { report } of runs) process.stderr.write(renderAnnotations(report));
  }
  if (junit !== undefined) {
    const { renderSeriesJunit } = await import('../report/junit.js');
    await writeAskedFile('--junit', junit, renderSeriesJunit(runs));
  }
  const { GITHUB_STEP_SUMMARY: stepSummary } = env;
  if (summary === undefined && !stepSummary) return;
  const text = await markdownOf(runs, comparison);
  if (summary !== undefined) await writeAskedFile('--summary', summary, text);
  if (stepSummary) await appendAskedFile('GITHUB_STEP_SUMMARY', stepSummary, `${text}\n`);
}

async function markdownOf(runs: readonly SeriesRun[], comparison: Comparison): Promise<string> {
  const { renderMarkdownSeries } = await import('../report/markdown-series.js');
  const { renderCompareMarkdown } = await import('../compare/render-markdown.js');
  return `${renderMarkdownSeries(runs)}\n${renderCompareMarkdown(comparison)}`;
}
