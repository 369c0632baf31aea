import { answerOf } from '../answer.js';
import { EXIT } from '../errors.js';
import type { Report } from '../report.js';
import { withoutCommands } from '../report/github-annotations.js';
import { appendAskedFile, checkAppendedFile, checkAskedFile, writeAskedFile } from './write-asked-file.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Files for others that a command was asked to write. */
export interface AskedFiles {
  readonly junit: string | undefined;
  readonly summary: string | undefined;
}

/** Whether this runs as a step of GitHub Actions, which reads commands from both streams. */
export function onGithub({ GITHUB_ACTIONS }: Env): boolean {
  return GITHUB_ACTIONS === 'true';
}

/** A text for a stream: on GitHub nothing in it is a command, wherever it came from. */
export function plainFor(env: Env, text: string): string {
  return onGithub(env) ? withoutCommands(text) : text;
}

/** Throws `UserError` for a file that cannot be written, so that it comes before anything is sent. */
export async function checkFiles({ junit, summary }: AskedFiles, { GITHUB_STEP_SUMMARY }: Env): Promise<void> {
  await checkAskedFile('--junit', junit);
  await checkAskedFile('--summary', summary);
  await checkAppendedFile('GITHUB_STEP_SUMMARY', GITHUB_STEP_SUMMARY);
}

/** Writes what was asked for, and what GitHub Actions looks for. Throws `UserError` when a file cannot be written. */
export async function tellCi(report: Report, { junit, summary }: AskedFiles, env: Env): Promise<void> {
  const { GITHUB_STEP_SUMMARY: stepSummary } = env;
  if (onGithub(env)) {
    const { renderAnnotations } = await import('../report/github-annotations.js');
    process.stderr.write(renderAnnotations(report));
  }
  if (junit !== undefined) {
    const { renderJunit } = await import('../report/junit.js');
    await writeAskedFile('--junit', junit, renderJunit(report));
  }
  if (summary === undefined && !stepSummary) return;
  const { renderMarkdownSummary } = await import('../report/markdown-summary.js');
  const text = renderMarkdownSummary(report);
  if (summary !== undefined) await writeAskedFile('--summary', summary, text);
  if (stepSummary) await appendAskedFile('GITHUB_STEP_SUMMARY', stepSummary, `${text}\n`);
}

/** What the verdict and the thresholds make of a run that came to its end. */
export function exitOfReport(report: Report): number {
  return { good: EXIT.ok, failed: EXIT.threshold, unknown: EXIT.invalid }[answerOf(report)];
}
