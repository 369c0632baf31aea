import { answerOf } from '../answer.js';
import { decidedText } from '../text/decided-text.js';
import type { Report, ThresholdResult } from '../report.js';

/**
 * JUnit's XML: a suite of one run, with one case for the run itself (a failure where it is INVALID and that leaves open
 * what was asked, an error where something stopped it) and one for each threshold. Without a failure or an error exactly
 * where the command exits with 0.
 */
export function renderJunit(report: Report): string {
  return renderSeriesJunit([{ report }]);
}

/** The same for several runs made together. */
export function renderSeriesJunit(runs: readonly { readonly report: Report; readonly name?: string }[]): string {
  const suites = runs.map(({ report, name }) => suiteOf(report, name));
  const cases = suites.flatMap((suite) => suite.cases);
  const seconds = suites.reduce((sum, suite) => sum + suite.seconds, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="replay" ${countsOf(cases)} time="${seconds.toFixed(3)}">`,
    ...suites.flatMap(linesOf),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Suite {
  readonly name: string;
  readonly classname: string;
  readonly seconds: number;
  readonly cases: readonly Case[];
}

interface Case {
  readonly name: string;
  readonly wrong: Wrong | undefined;
}

interface Wrong {
  readonly kind: 'failure' | 'error';
  readonly type: string;
  readonly message: string;
}

function suiteOf(report: Report, name?: string): Suite {
  const { run, sections } = report;
  return {
    name: attribute(`replay: ${name === undefined ? '' : `${name}: `}${run.trace.name} against ${run.backend}`),
    classname: attribute(`replay.${run.backend}`),
    seconds: run.endedMs / 1000,
    cases: [verdictCase(report), ...(sections.thresholds ?? []).map(thresholdCase)],
  };
}

function linesOf({ name, classname, seconds, cases }: Suite): string[] {
  return [
    `  <testsuite name="${name}" ${countsOf(cases)} skipped="0" time="${seconds.toFixed(3)}">`,
    ...cases.map((one) => `    ${element(one, classname)}`),
    '  </testsuite>',
  ];
}

function countsOf(cases: readonly Case[]): string {
  const count = (kind: Wrong['kind']): string => String(cases.filter(({ wrong }) => wrong?.kind === kind).length);
  return `tests="${String(cases.length)}" failures="${count('failure')}" errors="${count('error')}"`;
}

function verdictCase(report: Report): Case {
  return { name: 'the run is valid, to its end', wrong: wrongWithRun(report) };
}

function wrongWithRun(report: Report): Wrong | undefined {
  const { verdict, run } = report;
  if (answerOf(report) === 'unknown')
    return { kind: 'failure', type: 'invalid', message: `INVALID: ${verdict.reasons.join('\n')}` };
  if (run.stopReason === null) return undefined;
  return { kind: 'error', type: 'stopped', message: `stopped before its end: ${run.stopReason}` };
}

function thresholdCase(one: ThresholdResult): Case {
  const { text, ok, why, decided } = one;
  if (ok && decided !== false) return { name: text, wrong: undefined };
  const message = [`${text}: ${why ?? 'it holds as reported'}`, decidedText(one)].filter((part) => part !== undefined);
  const type = decided === false ? 'undecided' : 'threshold';
  return { name: text, wrong: { kind: 'failure', type, message: message.join('; ') } };
}

function element({ name, wrong }: Case, classname: string): string {
  const open = `<testcase name="${attribute(name)}" classname="${classname}"`;
  if (wrong === undefined) return `${open}/>`;
  const { kind, type, message } = wrong;
  return `${open}><${kind} type="${type}" message="${attribute(message)}">${attribute(message)}</${kind}></testcase>`;
}

/**
 * A text as a value in double quotes or as character data. What XML 1.0 cannot hold (section 2.2: most control characters, lone surrogates,
 * U+FFFE and U+FFFF) reads back as U+FFFD.
 */
function attribute(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"'\t\n\r\u007f-\u009f]/g, (mark) => `&#${String(mark.charCodeAt(0))};`);
}
