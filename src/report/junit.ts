import type { Report, ThresholdResult } from '../report.js';

/**
 * JUnit's XML: one case for the run itself (a failure where it is INVALID, an error where something stopped it) and one for
 * each threshold. Without a failure or an error exactly where the command exits with 0.
 */
export function renderJunit(report: Report): string {
  const { thresholds = [] } = report.sections;
  const suite = attribute(`replay: ${report.run.trace.name} against ${report.run.backend}`);
  const classname = attribute(`replay.${report.run.backend}`);
  const seconds = (report.run.endedMs / 1000).toFixed(3);
  const cases = [verdictCase(report), ...thresholds.map(thresholdCase)];
  const count = (kind: Wrong['kind']): string => String(cases.filter(({ wrong }) => wrong?.kind === kind).length);
  const counts = `tests="${String(cases.length)}" failures="${count('failure')}" errors="${count('error')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="replay" ${counts} time="${seconds}">`,
    `  <testsuite name="${suite}" ${counts} skipped="0" time="${seconds}">`,
    ...cases.map((one) => `    ${element(one, classname)}`),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
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

function verdictCase({ verdict, run }: Report): Case {
  return { name: 'the run is valid, to its end', wrong: wrongWithRun() };

  function wrongWithRun(): Wrong | undefined {
    if (!verdict.valid) return { kind: 'failure', type: 'invalid', message: `INVALID: ${verdict.reasons.join('\n')}` };
    if (run.stopReason === null) return undefined;
    return { kind: 'error', type: 'stopped', message: `stopped before its end: ${run.stopReason}` };
  }
}

function thresholdCase({ text, ok, why }: ThresholdResult): Case {
  const wrong: Wrong = { kind: 'failure', type: 'threshold', message: `${text}: ${why ?? 'not kept'}` };
  return { name: text, wrong: ok ? undefined : wrong };
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
