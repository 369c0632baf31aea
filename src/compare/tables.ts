import { counted } from '../text/counted.js';
import { formatDuration } from '../report/format-duration.js';
import type { Comparison, Difference, Estimate, Group, Workload } from './comparison.js';
import { amountOf, changeOf, moneyOf } from './figures.js';
import { metricOf } from './metric-of.js';

/** A table as texts; the first cell of a row names it. */
export interface TextTable {
  readonly title: string;
  readonly head: readonly [string, ...string[]];
  readonly rows: readonly (readonly [string, ...string[]])[];
  readonly foot: readonly string[];
}

/** The study's tables: for each workload and model, latency, then cost, then differences. */
export function tablesOf(comparison: Comparison): TextTable[] {
  return sectionsOf(comparison).flatMap(({ workload, model, groups, differences }) => {
    const name = `${workload.label}${model === null ? '' : `, ${model}`}`;
    return [
      { ...latencyTable(groups), title: `${name}: ${loadOf(workload)}` },
      ...(groups.some(hasCost) ? [{ ...costTable(groups, comparison), title: `Cost, cold starts: ${name}` }] : []),
      ...(differences.length === 0 ? [] : [{ ...differenceTable(differences), title: `Differences: ${name}` }]),
    ];
  });
}

/** Whether anything is known for the table of costs. */
function hasCost(group: Group): boolean {
  return ['cost.total', 'coldStarts', 'instances'].some((name) => !Number.isNaN(estimate(group, name).value));
}

/** One workload and model. */
export interface Section {
  readonly workload: Workload;
  readonly model: string | null;
  readonly groups: readonly Group[];
  readonly differences: readonly Difference[];
}

export function sectionsOf({ workloads, groups, differences }: Comparison): Section[] {
  return workloads.flatMap((workload) => {
    const here = groups.filter((group) => group.workload === workload.label);
    return [...new Set(here.map(({ model }) => model))].map((model) => ({
      workload,
      model,
      groups: here.filter((group) => group.model === model),
      differences: differences.filter((one) => one.workload === workload.label && one.model === model),
    }));
  });
}

export function loadOf({ planned, durationMs, sha256 }: Workload): string {
  const draws = sha256.length > 1 ? `, drawn with ${String(sha256.length)} seeds` : '';
  return `${draws === '' ? '' : 'about '}${counted(planned, 'request')} in ${formatDuration(durationMs)}${draws}`;
}

function latencyTable(groups: readonly Group[]): Omit<TextTable, 'title'> {
  return {
    head: ['system', 'runs', 'mean', '95 %', 'sd', 'p50', 'p99', 'success'],
    rows: groups.map((group) => [
      group.label,
      runsText(group),
      amount(group, 'response.mean'),
      marginText(estimate(group, 'response.mean')),
      amountOf({ unit: 'ms' }, group.stdevMs),
      amount(group, 'all.p(50)'),
      amount(group, 'all.p(99)'),
      amount(group, 'success'),
    ]),
    foot: ['mean and sd of successes; p50 and p99 of all, where failures are infinite'],
  };
}

function costTable(groups: readonly Group[], { frontierMetric }: Comparison): Omit<TextTable, 'title'> {
  const marked = groups.filter(({ onFrontier }) => onFrontier === true).length;
  const known = groups.filter(({ onFrontier }) => onFrontier !== null).length;
  return {
    head: ['system', 'cost', '95 %', 'per 1M ok', 'cold starts', 'instances', 'frontier'],
    rows: groups.map((group) => [
      group.label,
      costText(group, 'cost.total'),
      marginText(estimate(group, 'cost.total'), 'money'),
      costText(group, 'cost.perMillionSuccesses'),
      amount(group, 'coldStarts'),
      amount(group, 'instances'),
      group.onFrontier === null ? '-' : group.onFrontier ? '*' : '',
    ]),
    foot:
      marked === 0
        ? [`no frontier: no system here has both a cost and a finite ${frontierMetric.name}`]
        : [
            `* nothing here is both cheaper (per 1M ok) and faster (${frontierMetric.name})${known < groups.length ? '; - unknown or infinite' : ''}`,
          ],
  };
}

function differenceTable(differences: readonly Difference[]): Omit<TextTable, 'title'> {
  return {
    head: ['of, against', 'metric', 'change', '95 % interval', 'relative'],
    rows: differences.map(({ of, against, metric, absolute, relative, basis }, i) => [
      i > 0 && differences[i - 1]?.of === of ? '' : `${of}, ${against}`,
      metric.name.replace('cost.perMillionSuccesses', 'cost per 1M ok'),
      amountOf(metric, absolute.value, true),
      absolute.low === null
        ? '-'
        : `${basis === 'within one run' ? '~ ' : ''}${amountOf(metric, absolute.low, true)} to ${amountOf(metric, absolute.high, true)}`,
      changeOf(relative.value),
    ]),
    foot: [basisText(differences)],
  };
}

function basisText(differences: readonly Difference[]): string {
  const bases = new Set(differences.map(({ basis }) => basis));
  if (bases.has('paired runs')) return 'intervals between repeats that took turns (paired)';
  if (bases.has('runs')) return 'intervals between repeated runs (Welch)';
  return bases.has('within one run') ? '~ within one run' : 'no intervals: fewer than 2 runs on a side';
}

function runsText({ runs, counted }: Group): string {
  return runs.length === counted.length ? String(runs.length) : `${String(counted.length)}/${String(runs.length)}`;
}

export function estimate({ estimates }: Group, name: string): Estimate {
  return estimates[name] ?? { value: NaN, low: null, high: null, basis: 'none' };
}

function amount(group: Group, name: string): string {
  return amountOf(metricOf(name), estimate(group, name).value);
}

function costText(group: Group, name: string): string {
  const { value } = estimate(group, name);
  return Number.isFinite(value) ? `${moneyOf(value)}${group.currency === null ? '' : ` ${group.currency}`}` : '-';
}

/** Half the interval where it is even, both ends where it is not. */
function marginText({ value, low, high, basis }: Estimate, unit: 'ms' | 'money' = 'ms'): string {
  if (low === null || high === null) return '-';
  const most = Math.max(high - value, value - low);
  const half = most < Math.abs(value) * 5e-5 ? '0' : amountOf({ unit }, most); // less than the last digit shown
  return `${basis === 'within one run' ? '~' : '±'}${half}`;
}
