import { COLD_STARTS_SHAPE } from '../collectors/cold-starts/shape.js';
import { COST_SHAPE, ITEM } from '../collectors/cost/shape.js';
import { CUSTOM_SHAPE } from '../collectors/custom/shape.js';
import { HEALTH_SHAPE } from '../collectors/health/shape.js';
import { LATENCY_SHAPE } from '../collectors/latency/shape.js';
import { OUTCOMES_SHAPE } from '../collectors/outcomes/shape.js';
import { SECOND, WINDOW } from '../collectors/timeline/shape.js';
import type {
  ColdStartsSection,
  CostItem,
  CostSection,
  CustomSection,
  HealthSection,
  LatencySection,
  OutcomesSection,
  RunSummary,
  ThresholdResult,
  TimelineSecond,
  TimelineWindow,
  Verdict,
} from '../report.js';
import { count, list, object, oneOf, optional, since, type Shape } from '../shape.js';
import { RUN, THRESHOLD, VERDICT } from './summary-shape.js';

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
    readonly coldStarts: Pick<
      ColdStartsSection,
      'count' | 'known' | 'meanMs' | 'instancesSeen' | 'instances' | 'stages'
    >;
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

type StoredTimeline = StoredReport['sections']['timeline'];

const TIMELINE: Shape<StoredTimeline> = object<StoredTimeline>({
  seconds: list(SECOND.pick('second', 'due', 'ok', 'meanMs')),
  windows: since(
    object<StoredTimeline['windows']>({ lengthSeconds: count, rows: list(WINDOW.pick('second', 'p99Ms')) }),
    { lengthSeconds: 1, rows: [] },
  ),
});

const COLD_STARTS = since(COLD_STARTS_SHAPE.pick('count', 'known', 'meanMs', 'instancesSeen', 'instances', 'stages'), {
  count: 0,
  known: 0,
  meanMs: null,
  instancesSeen: null,
  instances: [],
  stages: {},
});

const COST = since(
  object<StoredReport['sections']['cost']>({
    ...COST_SHAPE.fields('currency', 'total', 'perMillionRequests', 'perMillionSuccesses', 'sheet'),
    items: list(ITEM.pick('what', 'unit', 'cost')),
  }),
  { currency: 'USD', total: null, perMillionRequests: null, perMillionSuccesses: null, sheet: 'unknown', items: [] },
);

/** Of each section, what its own shape says of the fields that are read. */
export const REPORT: Shape<StoredReport> = object<StoredReport>({
  format: oneOf(1),
  run: RUN.pick('id', 'trace', 'backend', 'time', 'durationMs', 'interrupted', 'stopReason', 'seed', 'options', 'backendFacts', 'replayVersion'), // prettier-ignore
  verdict: VERDICT,
  sections: object<StoredReport['sections']>({
    outcomes: OUTCOMES_SHAPE.pick('planned', 'ok', 'successRatio', 'unsent'),
    latency: LATENCY_SHAPE.pick('response', 'service', 'all', 'curves'),
    timeline: TIMELINE,
    health: HEALTH_SHAPE.pick('lateness', 'bounds'),
    coldStarts: COLD_STARTS,
    cost: COST,
    thresholds: optional(list(THRESHOLD)),
    collectors: optional(CUSTOM_SHAPE),
  }),
});
