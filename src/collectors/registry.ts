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
import type { Latency } from './latency/latency.js';
import { latencySpectrum } from './histogram/latency-spectrum.js';
import { COMPARED_METRICS } from './metric-table.js';
import type { AnyFold } from './section.js';
import { ROWS, type Folds, type Sections } from './sections.js';
import { verdict } from './verdict.js';
import type { WatchFold } from './watched.js';

export interface FoldedSections {
  readonly sections: Report['sections'];
  readonly verdict: Verdict;
  /** The latencies as a histogram log. */
  readonly hlog: () => string;
  /** The response of the successes as HdrHistogram's percentile iterator walks it. */
  readonly spectrum: () => Promise<LatencySpectrum>;
}

/**
 * All sections of the report as one fold over the samples. A live run and a report made again from a sample log use this same
 * fold, so they agree.
 */
export class SectionFold {
  readonly #context: CollectorContext;
  /** By the rows of the table; undefined: the run has no such section. */
  readonly #folds: readonly (AnyFold | undefined)[];
  readonly #known: Folds;
  /** By the rows of the table, too; undefined: it is not watched. */
  readonly #watching: readonly (WatchFold | undefined)[] | undefined;

  /** Throws `UserError` for a price that was asked for and is not there. */
  constructor(context: CollectorContext, watched: boolean) {
    this.#context = context;
    this.#folds = ROWS.map(({ open }) => open?.(context));
    this.#known = Object.fromEntries(ROWS.map(({ name }, i) => [name, this.#folds[i]])) as unknown as Folds;
    this.#watching = watched ? ROWS.map((row) => row.watched?.open?.(context)) : undefined;
  }

  /** In any order of blocks; the block is only read. */
  add(block: SampleBlock): void {
    for (const fold of this.#folds) fold?.add(block);
    if (this.#watching !== undefined) for (const fold of this.#watching) fold?.add(block);
  }

  /**
   * Adds what another fold of the same context has counted, which is not used again: the sections are then those of the blocks of
   * both, to the last digit, whatever the partition and the order. What there is to watch is not merged.
   */
  merge(other: SectionFold): void {
    for (const [i, fold] of other.#folds.entries()) if (fold !== undefined) this.#folds[i]?.merge(fold);
  }

  /** The most that the run can have cost so far, when this many invocations have been sent; or why it is unknown. */
  costAtMost(nowMs: number, sent: number): number | string {
    return this.#known.cost.atMost(nowMs, sent);
  }

  /** One number of the report, as it would say it at this moment; until `finish`. */
  measure(metric: Metric, moment: Moment): Measure {
    const at = ROWS.findIndex(({ name }) => name === metric.section);
    const [row, fold] = [ROWS[at], this.#folds[at]];
    if (row?.measure !== undefined && fold !== undefined) return row.measure(fold, metric, moment);
    return { value: null, why: `the run has no section ${metric.section}` };
  }

  /** Between which values it can lie without our own share. */
  bounds(metric: Metric, moment: Moment): Bounds {
    const { plan } = this.#context;
    const { outcomes, health } = this.#known;
    return boundsOf(ROWS.find(({ name }) => name === metric.section)?.bounds, metric, moment, {
      measure: (asked, when) => this.measure(asked, when),
      requests: (when) => ('end' in when ? plan.planned : outcomes.requests()),
      shedIsOurs: !plan.maxInFlight.explicit,
      ...health.ownShare(),
    });
  }

  /** What there is to watch; only of a fold that is `watched`, which costs a little for each sample. */
  soFar(nowMs: number): FoldedSoFar {
    const watching = this.#watching;
    if (watching === undefined) throw new Error('a fold that is not watched knows nothing so far');
    const parts = ROWS.map(({ watched }, i) => {
      const fold = this.#folds[i];
      return { ...(fold && watched?.soFar?.(fold, nowMs)), ...watching[i]?.soFar(nowMs) };
    });
    return Object.assign({}, ...parts) as FoldedSoFar;
  }

  /** Once. Throws `UserError` when the samples cannot be of this run. */
  finish(end: RunEnd): FoldedSections {
    const { latency } = this.#known;
    const sections = finished(this.#folds, end, this.#known);
    const judged = verdict(this.#context.plan, end, sections.outcomes, sections.health);
    return {
      sections: judged.valid ? sections : withBounds(sections, (metric) => this.bounds(metric, { end })),
      verdict: judged,
      hlog: () => hlogOf(latency.counts(), end),
      spectrum: () => latencySpectrum(latency.counts().response.whole, sections.latency.response),
    };
  }
}

/** Throws `UserError` for a price that was asked for and is not there. */
export function foldSections(context: CollectorContext, { watched = true } = {}): SectionFold {
  return new SectionFold(context, watched);
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

function hlogOf({ response, service }: ReturnType<Latency['counts']>, { endedMs, endedAt }: RunEnd): string {
  const dueZeroMs = endedAt === undefined ? null : isoDateMs(endedAt) - endedMs;
  return renderHlog(dueZeroMs, [
    ...hlogIntervals('response', response.intervals, endedMs),
    ...hlogIntervals('service', service.intervals, endedMs),
  ]);
}
