import { appendFileSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { answerOf } from '../answer.js';
import { EXIT, printable, UserError } from '../errors.js';
import type { Report } from '../report.js';
import { withoutCommands } from '../report/github-annotations.js';
import { mending, writeAskedFile } from './write-asked-file.js';

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

/** A text for a stream: on GitHub nothing in it is a command, whoever it came from. */
export function plainFor(env: Env, text: string): string {
  return onGithub(env) ? withoutCommands(text) : text;
}

/** Makes the folders of the files, so that a wrong path is told before anything is sent. */
export function prepareFiles({ junit, summary }: AskedFiles): void {
  for (const [flag, path] of [['--junit', junit] as const, ['--summary', summary] as const]) {
    if (path === undefined) continue;
    mending(flag, path, () => {
      mkdirSync(dirname(path), { recursive: true });
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
        throw new UserError(`${flag} ${printable(path)}: it is a folder; name a file in it`);
    });
  }
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
  if (stepSummary)
    mending('GITHUB_STEP_SUMMARY', stepSummary, () => {
      appendFileSync(stepSummary, `${text}\n`);
    });
}

/** What the verdict and the thresholds make of a run that came to its end. */
export function exitOfReport(report: Report): number {
  return { good: EXIT.ok, failed: EXIT.threshold, unknown: EXIT.invalid }[answerOf(report)];
}
