import type { MetricUnit } from '../metric.js';
import type {
  Bounds,
  ColdStartsSection,
  CostItem,
  CostSection,
  CustomNumber,
  CustomResult,
  CustomSection,
  Distribution,
  HealthSection,
  LatencyCurves,
  LatencySection,
  OutcomesSection,
  RunSummary,
  Spread,
  ThresholdResult,
  TimelineSecond,
  TimelineWindow,
  Verdict,
} from '../report.js';
import {
  amount,
  anyMapping,
  count,
  list,
  mapOf,
  nullable,
  number,
  object,
  oneOf,
  optional,
  plain,
  since,
  text,
  truth,
  type Shape,
} from './shape.js';

/** What others than its writer need of a report: a part of `Report`, which the compiler holds it to. */
export interface StoredReport {
  readonly format: 1;
  readonly run: StoredRun;
  readonly verdict: Verdict;
  readonly sections: {
    readonly outcomes: Pick<OutcomesSection, 'planned' | 'ok' | 'successRatio' | 'unsent'>;
    readonly latency: Pick<LatencySection, 'response' | 'service' | 'all' | 'curves'>;
    readonly timeline: {
      readonly seconds: readonly StoredSecond[];
      readonly windows: { readonly lengthSeconds: number; readonly rows: readonly StoredWindow[] };
    };
    readonly health: Pick<HealthSection, 'lateness' | 'bounds'>;
    readonly coldStarts: Pick<ColdStartsSection, 'count' | 'known' | 'meanMs' | 'instancesSeen' | 'instances'>;
    readonly cost: Pick<CostSection, StoredCost> & { readonly items: readonly StoredItem[] };
    readonly thresholds?: readonly ThresholdResult[];
    readonly collectors?: CustomSection;
  };
}

type StoredRun = Pick<
  RunSummary,
  | 'id'
  | 'trace'
  | 'backend'
  | 'time'
  | 'durationMs'
  | 'interrupted'
  | 'stopReason'
  | 'seed'
  | 'options'
  | 'backendFacts'
  | 'replayVersion'
>;
type StoredSecond = Pick<TimelineSecond, 'second' | 'due' | 'ok' | 'meanMs'>;
type StoredWindow = Pick<TimelineWindow, 'second' | 'p99Ms'>;
type StoredItem = Pick<CostItem, 'what' | 'unit' | 'cost'>;
type StoredCost = 'currency' | 'total' | 'perMillionRequests' | 'perMillionSuccesses' | 'sheet';

const MS = nullable(number);

const DISTRIBUTION: Shape<Distribution> = object<Distribution>({
  count,
  meanMs: MS,
  stdevMs: MS,
  minMs: MS,
  p50Ms: MS,
  p90Ms: MS,
  p95Ms: MS,
  p99Ms: MS,
  p999Ms: MS,
  maxMs: MS,
});

const CURVES: Shape<LatencyCurves> = object<LatencyCurves>({
  percentile: list(number),
  responseMs: list(MS),
  serviceMs: list(MS),
  allMs: list(MS),
});
const NO_CURVES: LatencyCurves = { percentile: [], responseMs: [], serviceMs: [], allMs: [] };

const SPREAD: Shape<Spread> = object<Spread>({ p50Ms: MS, p99Ms: MS, p999Ms: MS, maxMs: MS });

const WINDOWS: Shape<StoredReport['sections']['timeline']['windows']> = object<
  StoredReport['sections']['timeline']['windows']
>({ lengthSeconds: count, rows: list(object<StoredWindow>({ second: count, p99Ms: MS })) });

const BOUNDS: Shape<Bounds> = object<Bounds>({ low: nullable(number), high: nullable(number) });

const THRESHOLD: Shape<ThresholdResult> = object<ThresholdResult>({
  text,
  actual: MS,
  unit: oneOf<MetricUnit>('ms', 'share', 'count', 'money', 'quantity'),
  limit: number,
  ok: truth,
  why: nullable(text),
  decided: optional(truth),
  bounds: optional(BOUNDS),
});

const CUSTOM: Shape<CustomResult> = object<CustomResult>({
  metrics: mapOf(
    object<CustomNumber>({ value: MS, unit: nullable(text), worse: oneOf<CustomNumber['worse']>('more', 'less') }),
  ),
  failed: nullable(text),
});

const COST: Shape<StoredReport['sections']['cost']> = object<StoredReport['sections']['cost']>({
  currency: text,
  total: MS,
  perMillionRequests: MS,
  perMillionSuccesses: MS,
  sheet: text,
  items: list(object<StoredItem>({ what: text, unit: text, cost: number })),
});

const RUN: Shape<StoredRun> = object<StoredRun>({
  id: text,
  trace: object<RunSummary['trace']>({ name: text, sha256: text, recipe: nullable(anyMapping) }),
  backend: text,
  time: oneOf('real', 'virtual'),
  durationMs: amount,
  interrupted: truth,
  stopReason: nullable(text),
  seed: count,
  options: anyMapping,
  backendFacts: mapOf(plain),
  replayVersion: text,
});

export const REPORT: Shape<StoredReport> = object<StoredReport>({
  format: oneOf(1),
  run: RUN,
  verdict: object<Verdict>({ valid: truth, reasons: list(text) }),
  sections: object<StoredReport['sections']>({
    outcomes: object<StoredReport['sections']['outcomes']>({
      planned: count,
      ok: count,
      successRatio: MS,
      unsent: count,
    }),
    latency: object<StoredReport['sections']['latency']>({
      response: DISTRIBUTION,
      service: DISTRIBUTION,
      all: DISTRIBUTION,
      curves: since(CURVES, NO_CURVES),
    }),
    timeline: object<StoredReport['sections']['timeline']>({
      seconds: list(object<StoredSecond>({ second: count, due: count, ok: count, meanMs: MS })),
      windows: since(WINDOWS, { lengthSeconds: 1, rows: [] }),
    }),
    health: object<StoredReport['sections']['health']>({
      lateness: SPREAD,
      bounds: optional(mapOf(BOUNDS)),
    }),
    coldStarts: since(
      object<StoredReport['sections']['coldStarts']>({
        count,
        known: count,
        meanMs: MS,
        instancesSeen: nullable(count),
        instances: since(list(object<{ atMs: number; count: number }>({ atMs: number, count })), []),
      }),
      { count: 0, known: 0, meanMs: null, instancesSeen: null, instances: [] },
    ),
    cost: since(COST, { currency: 'USD', total: null, perMillionRequests: null, perMillionSuccesses: null, sheet: 'unknown', items: [] }), // prettier-ignore
    thresholds: optional(list(THRESHOLD)),
    collectors: optional(mapOf(CUSTOM)),
  }),
});
