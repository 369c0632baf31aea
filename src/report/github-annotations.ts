import { answerOf } from '../answer.js';
import { decidedText } from '../text/decided-text.js';
import type { Report, ThresholdResult } from '../report.js';

/**
 * Workflow commands that GitHub Actions shows beside a run: an error where the run is INVALID (a warning where it has
 * answered what was asked all the same), one where it was stopped,
 * one for each failed threshold. Empty where all is well. (GitHub shows ten of a step: the verdict comes first.)
 */
export function renderAnnotations(report: Report): string {
  const { run, verdict, sections } = report;
  const { thresholds = [] } = sections;
  const invalid = answerOf(report) === 'unknown' ? error : warning;
  const what = `${run.trace.name} against ${run.backend}`;
  const lines = [
    ...(verdict.valid ? [] : [invalid(`${what} is INVALID`, verdict.reasons.join('\n'))]),
    ...(run.stopReason === null ? [] : [error(`${what} was stopped before its end`, run.stopReason)]),
    ...thresholds.filter(({ ok, decided }) => !ok && decided !== false).map((failed) => thresholdError(what, failed)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function thresholdError(what: string, failed: ThresholdResult): string {
  const { text, why } = failed;
  const parts = [`${text}: ${why ?? 'not kept'}`, decidedText(failed)].filter((part) => part !== undefined);
  return error(`${what}: a threshold failed`, parts.join('; '));
}

function error(title: string, message: string): string {
  return command('error', title, message);
}

/** A run that is INVALID and has answered all the same. */
function warning(title: string, message: string): string {
  return command('warning', title, message);
}

function command(name: string, title: string, message: string): string {
  return `::${name} title=${escapeProperty(title)}::${escapeData(message)}`;
}

/** As actions/toolkit escapes: what a runner turns back. */
function escapeData(text: string): string {
  return inert(text.toWellFormed()).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

/**
 * A text in which a runner finds no command: it takes one from a line that starts with `::` after any spaces, and, in its
 * old form, from `##[` anywhere. Other texts stay as they are.
 */
export function withoutCommands(text: string): string {
  return inert(text.replace(/(^|[\n\r\u0085\u2028\u2029])(\s*):(?=:)/g, '$1$2: '));
}

/** The same for JSON, which stays the same value: its lines start with no text from outside. */
export function jsonWithoutCommands(json: string): string {
  return json.replaceAll('##[', '#\\u0023[');
}

function inert(text: string): string {
  return text.replaceAll('##[', '## [');
}
