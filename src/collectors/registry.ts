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
import { createBatching } from './batching/batching.js';
import { createColdStarts } from './cold-starts/cold-starts.js';
import { createCost } from './cost/cost.js';
import { createHealth } from './health/health.js';
import { hlogIntervals } from './histogram/hlog-intervals.js';
import { createLatency, type LatencyCollector } from './latency/latency.js';
import { latencySpectrum } from './histogram/latency-spectrum.js';
import { createLiveFigures } from './live/live-figures.js';
import { createOutcomes } from './outcomes/outcomes.js';
import { createOwnMetrics } from './own-metrics/own-metrics.js';
import { createTimeline } from './timeline/timeline.js';
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
  const outcomes = createOutcomes(context);
  const latency = createLatency(context);
  const timeline = createTimeline(context);
  const health = createHealth(context);
  const coldStarts = createColdStarts(context);
  const cost = createCost(context);
  const batching = createBatching(context);
  const own = createOwnMetrics(context);
  const live = watched ? createLiveFigures(context) : undefined;
  const measure: SectionFold['measure'] = (metric, moment) => {
    const end = 'end' in moment ? moment.end : undefined;
    switch (metric.section) {
      case 'latency':
        return latency.measure(metric, end === undefined ? 'so far' : 'planned');
      case 'outcomes':
        return outcomes.measure(metric, end);
      case 'health':
        return health.measure(metric);
      case 'coldStarts':
        return coldStarts.measure(metric);
      case 'cost':
        return cost.measure(metric, moment);
      case 'metrics':
        return own?.measure(metric) ?? { value: null, why: `the backend has no metric ${metric.name}` };
    }
  };
  const bounds: SectionFold['bounds'] = (metric, moment) =>
    boundsOf(metric, moment, {
      measure,
      requests: (when) => ('end' in when ? context.plan.planned : outcomes.requests()),
      shedIsOurs: !context.plan.maxInFlight.explicit,
      ...health.ownShare(),
    });
  return {
    measure,
    bounds,
    add(block) {
      for (const collector of [outcomes, latency, timeline, health, coldStarts, cost, live, batching, own])
        collector?.add(block);
    },
    costAtMost: (nowMs, sent) => cost.atMost(nowMs, sent),
    soFar(nowMs) {
      if (live === undefined) throw new Error('a fold that is not watched knows nothing so far');
      return { ...live.soFar(nowMs), cost: cost.soFar(nowMs) };
    },
    finish(end) {
      const { seconds, ...overTime } = timeline.finish(end);
      const sections = {
        outcomes: outcomes.finish(end),
        latency: latency.finish(end),
        timeline: { seconds: cost.ofSeconds(seconds, end), ...overTime },
        health: health.finish(end),
        coldStarts: coldStarts.finish(end),
        cost: cost.finish(end),
        ...(batching === undefined ? {} : { batching: batching.finish(end) }),
        ...(own === undefined ? {} : { metrics: own.finish(end) }),
      };
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

/** The numbers that runs are compared by. */
function withBounds(sections: Report['sections'], boundsAt: (metric: Metric) => Bounds): Report['sections'] {
  const statistics = [...[50, 90, 95, 99, 99.9].map((p) => ({ name: `p(${String(p)})`, of: { p } })), { name: 'mean', of: 'mean' as const }]; // prettier-ignore
  const latencies = (['all', 'response', 'service'] as const).flatMap((of) =>
    statistics.map(
      ({ name, of: statistic }) => [`${of}.${name}`, boundsAt({ section: 'latency', of, statistic })] as const,
    ),
  );
  const success = ['success', boundsAt({ section: 'outcomes', of: 'success' })] as const;
  return { ...sections, health: { ...sections.health, bounds: Object.fromEntries([...latencies, success]) } };
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
