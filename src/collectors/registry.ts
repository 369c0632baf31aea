import { isoDateMs } from '../text/iso-date.js';
import type { Measure, Metric, Moment } from '../metric.js';
import type { FoldedSoFar } from '../progress.js';
import type { Bounds, Report, Verdict } from '../report.js';
import { renderHlog } from '../report/hlog.js';
import type { RunEnd } from '../run.js';
import type { SampleBlock } from '../sample.js';
import type { LatencySpectrum } from '../spectrum.js';
import type { CollectorContext } from './collector.js';
import { boundsOf } from './bounds.js';
import { hlogIntervals } from './histogram/hlog-intervals.js';
import type { LatencyCollector } from './latency/latency.js';
import { latencySpectrum } from './histogram/latency-spectrum.js';
import { COMPARED_METRICS } from './metric-table.js';
import type { AnyFold } from './section.js';
import { ROWS, type Folds, type Sections } from './sections.js';
import { createLiveFigures } from './live/live-figures.js';
import { verdict } from './verdict.js';

/** All sections of the report as one fold over the samples. */
export interface SectionFold {
  /** In any order of blocks; the block is only read. */
  add(block: SampleBlock): void;
  /** The most that the run can have cost so far, when so many invocations have been sent; or why nobody knows. */
  costAtMost(nowMs: number, sent: number): number | string;
  /** One number of the report, as it would say it at this moment; until `finish`. */
  measure(metric: Metric, moment: Moment): Measure;
  /** Between which values it can lie without our own share. */
  bounds(metric: Metric, moment: Moment): Bounds;
  /** What there is to watch; only of a fold that is `watched`, which costs a little for each sample. */
  soFar(nowMs: number): FoldedSoFar;
  /** Once. Throws `UserError` when the samples cannot be of this run. */
  finish(end: RunEnd): FoldedSections;
}

export interface FoldedSections {
  readonly sections: Report['sections'];
  readonly verdict: Verdict;
  /** The latencies as a histogram log. */
  readonly hlog: () => Promise<string>;
  /** The response of the successes as HdrHistogram's percentile iterator walks it. */
  readonly spectrum: () => Promise<LatencySpectrum>;
}

/** A live run and a report made again from a sample log use this same fold, so they agree. Throws `UserError` for a price that was asked for and is not there. */
export function foldSections(context: CollectorContext, { watched = true } = {}): SectionFold {
  const folds = ROWS.map(({ open }) => open?.(context));
  const known = Object.fromEntries(ROWS.map(({ name }, i) => [name, folds[i]])) as unknown as Folds;
  const { latency, outcomes, health, cost } = known;
  const live = watched ? createLiveFigures(context) : undefined;
  const measure: SectionFold['measure'] = (metric, moment) => {
    const at = ROWS.findIndex(({ name }) => name === metric.section);
    const [row, fold] = [ROWS[at], folds[at]];
    if (row?.measure !== undefined && fold !== undefined) return row.measure(fold, metric, moment);
    return { value: null, why: `the run has no section ${metric.section}` };
  };
  const bounds: SectionFold['bounds'] = (metric, moment) =>
    boundsOf(ROWS.find(({ name }) => name === metric.section)?.bounds, metric, moment, {
      measure,
      requests: (when) => ('end' in when ? context.plan.planned : outcomes.requests()),
      shedIsOurs: !context.plan.maxInFlight.explicit,
      ...health.ownShare(),
    });
  return {
    measure,
    bounds,
    add(block) {
      for (const fold of folds) fold?.add(block);
      live?.add(block);
    },
    costAtMost: (nowMs, sent) => cost.atMost(nowMs, sent),
    soFar(nowMs) {
      if (live === undefined) throw new Error('a fold that is not watched knows nothing so far');
      return { ...live.soFar(nowMs), cost: cost.soFar(nowMs) };
    },
    finish(end) {
      const sections = finished(folds, end, known);
      const judged = verdict(context.plan, end, sections.outcomes, sections.health);
      return {
        sections: judged.valid ? sections : withBounds(sections, (metric) => bounds(metric, { end })),
        verdict: judged,
        hlog: () => hlogOf(latency.counts(), end),
        spectrum: () => latencySpectrum(latency.counts().response.whole, sections.latency.response),
      };
    },
  };
}

function finished(folds: readonly (AnyFold | undefined)[], end: RunEnd, known: Folds): Sections {
  const entries = ROWS.flatMap(({ name, finish }, i): [string, unknown][] => {
    const fold = folds[i];
    const value = fold === undefined ? undefined : finish?.(fold, end, known);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries) as unknown as Sections;
}

function withBounds(sections: Sections, boundsAt: (metric: Metric) => Bounds): Sections {
  const bounded = COMPARED_METRICS.filter(({ bounded: told }) => told);
  const bounds = Object.fromEntries(bounded.map(({ name, metric }) => [name, boundsAt(metric)]));
  return { ...sections, health: { ...sections.health, bounds } };
}

async function hlogOf(
  { response, service }: ReturnType<LatencyCollector['counts']>,
  { endedMs, endedAt }: RunEnd,
): Promise<string> {
  const dueZeroMs = endedAt === undefined ? null : isoDateMs(endedAt) - endedMs;
  return renderHlog(dueZeroMs, [
    ...(await hlogIntervals('response', response.intervals, response.whole, endedMs)),
    ...(await hlogIntervals('service', service.intervals, service.whole, endedMs)),
  ]);
}
