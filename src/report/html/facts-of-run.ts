import type { Report, RunSummary } from '../../report.js';
import { durationText } from './figure-text.js';
import { markup, type Markup } from './markup.js';
import { facts } from './table.js';

/** A fact longer than this is whole in report.json only. */
const LONGEST = 4000;

type Entry = readonly [string, string];

/** All that is known of how the run was made. */
export function factsOfRun({ run, sections }: Report): Markup {
  return markup`<div class="columns">
    ${facts('Run', ofRun(run))} ${facts('Trace', ofTrace(run))}
    ${facts(`Options of backend ${cut(run.backend)}`, free(run.options, 'none given'))}
    ${facts('Facts from the backend', free(run.backendFacts, 'nothing'))}
    ${facts('The machine that sent', free(run.host ?? {}, 'not recorded'))}
    ${facts('Resources of our own threads', free(sections.health.resources ?? {}, 'not measured'))}
  </div>`;
}

function ofRun(run: RunSummary): Entry[] {
  const { pacing } = run;
  return [
    ['Id', cut(run.id)],
    ['Backend', cut(run.backend)],
    ['Time', run.time],
    ['Started', run.startedAt === null ? 'no date in virtual time' : cut(run.startedAt)],
    ['Length', durationText(run.durationMs)],
    ['Last answer after', durationText(run.endedMs)],
    ['Interrupted', run.interrupted ? 'yes' : 'no'],
    ['Stopped early', run.stopReason === null ? 'no' : cut(run.stopReason)],
    ['Workers', String(run.workers)],
    ['Pacing', cut(`${pacing.used} (asked: ${pacing.asked}; ${pacing.why})`)],
    ['Speed', `${String(run.speed)}×`],
    ['Warm-up', durationText(run.warmupMs)],
    ['Timeout', durationText(run.timeoutMs)],
    ['Seed', String(run.seed)],
    ...Object.entries(run.tags ?? {}).map(([key, value]): Entry => [`Tag ${cut(key)}`, cut(value)]),
    ['replay', cut(run.replayVersion)],
  ];
}

function ofTrace({ trace }: RunSummary): Entry[] {
  const recipe: Entry[] = trace.recipe === null ? [['Recipe', 'not given']] : free(trace.recipe, 'empty');
  return [['Name', cut(trace.name)], ['SHA-256', cut(trace.sha256)], ...recipe];
}

/** Facts with keys from outside, in the order of report.json. */
function free(record: Readonly<Record<string, unknown>>, none: string): Entry[] {
  const entries = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return [['–', none]];
  return entries.map(([name, value]) => [cut(name), cut(plain(value))]);
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(6)));
  return value === undefined ? '–' : JSON.stringify(value);
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (whole in report.json)`;
}
