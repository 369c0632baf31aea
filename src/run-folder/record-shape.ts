import { BILLING_MODELS, type Billing, type CapacityReading, type CostTerms, type PriceSheet } from '../cost-terms.js';
import type { OwnMetric } from '../own-metric.js';
import type {
  FailedThreshold,
  Plan,
  PlannedBatches,
  RunEnd,
  RunRecord,
  RunSeries,
  SampleLogRecord,
  SentIdentity,
  Stops,
  WrittenSamples,
} from '../run.js';
import { DECLARED_NAMES } from '../sample.js';
import {
  above0,
  amount,
  anyMapping,
  count,
  either,
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
  textOrNumber,
  truth,
  type Shape,
} from '../shape.js';

const BATCHES: Shape<PlannedBatches> = object<PlannedBatches>({
  size: count,
  waitMs: amount,
  invocations: count,
  perSecond: list(count),
  warmupRequests: count,
});

const METRICS: Shape<readonly OwnMetric[]> = list(object<OwnMetric>({ name: text, unit: optional(text) }));

const PLAN: Shape<Plan> = object<Plan>({
  planned: count,
  durationMs: amount,
  duePerSecond: list(count),
  warmupMs: amount,
  warmupRequests: optional(count),
  timeoutMs: amount,
  maxLatenessMs: amount,
  maxInFlight: object<Plan['maxInFlight']>({ limit: count, explicit: truth }),
  connections: optional(count),
  knowsSent: truth,
  batching: optional(BATCHES),
  metrics: optional(METRICS),
  columns: optional(list(oneOf(...DECLARED_NAMES))),
});

const BILLING: Shape<Billing> = object<Billing>({
  model: oneOf(...BILLING_MODELS),
  memoryMb: optional(amount),
  cpus: optional(amount),
  concurrency: optional(amount),
  timeoutMs: optional(amount),
  region: optional(text),
  architecture: optional(oneOf('x86_64', 'arm64')),
  machine: optional(text),
  machinePrefix: optional(text),
  startsBilled: optional(truth),
});

/** Who reads a sheet checks it: it may also come from a file of the user. */
const SHEET: Shape<PriceSheet> = {
  read: (value) => anyMapping.read(value) as unknown as PriceSheet,
  schema: () => ({ type: 'object' }),
};

const COST: Shape<CostTerms> = object<CostTerms>({
  billing: nullable(BILLING),
  prices: either(text, SHEET, 'the name of a price sheet, or a whole one'),
  machine: nullable(object<NonNullable<CostTerms['machine']>>({ name: text, count })),
});

const CAPACITY: Shape<CapacityReading> = either(
  object<Extract<CapacityReading, { counts: unknown }>>({ atMs: number, counts: mapOf(amount) }),
  object<Extract<CapacityReading, { failed: unknown }>>({ atMs: number, failed: text }),
  'a reading of the capacity',
);

const WRITTEN: Shape<WrittenSamples> = object<WrittenSamples>({
  rows: count,
  bytes: count,
  checksum: count,
  lostRows: count,
});

const STOPS: Shape<Stops> = object<Stops>({
  count,
  totalMs: amount,
  longest: list(object<Stops['longest'][number]>({ atMs: amount, lengthMs: amount })),
});

const END: Shape<RunEnd> = object<RunEnd>({
  endedMs: amount,
  endedAt: optional(text),
  stoppedMs: nullable(amount),
  stopReason: nullable(text),
  overBudget: optional(truth),
  failedThreshold: optional(object<FailedThreshold>({ text, atMs: amount, actual: nullable(number), why: text })),
  interrupted: truth,
  crashes: list(object<RunEnd['crashes'][number]>({ worker: count, cause: text })),
  complete: truth,
  resources: nullable(mapOf(number)),
  stops: optional(STOPS),
  samples: optional(WRITTEN),
  capacity: optional(list(CAPACITY)),
});

const SERIES: Shape<RunSeries> = object<RunSeries>({ id: text, repeat: count, of: count, system: optional(text) });

/** The part of `run.json` that its samples need to be distinguished from other runs'. */
export interface SampleRecord extends Pick<RunRecord, 'format' | 'backend' | 'series' | 'cost' | 'dueZeroAt'> {
  readonly plan: Pick<Plan, 'warmupMs' | 'metrics'>;
  readonly end: Pick<RunEnd, 'endedMs' | 'endedAt'> | null;
}

const SAMPLE_END = object<NonNullable<SampleRecord['end']>>({ endedMs: amount, endedAt: optional(text) });

export const SAMPLE_RECORD: Shape<SampleRecord> = object<SampleRecord>({
  format: oneOf(1),
  backend: text,
  series: optional(SERIES),
  cost: optional(COST),
  dueZeroAt: optional(text),
  end: since(nullable(SAMPLE_END), null),
  plan: object<SampleRecord['plan']>({ warmupMs: since(amount, 0), metrics: optional(METRICS) }),
});

/** The part of `run.json` that a sample log is checked against. */
export const SAMPLE_LOG_RECORD: Shape<SampleLogRecord> = object<SampleLogRecord>({
  samplesKey: optional(text),
  end: since(nullable(object<NonNullable<SampleLogRecord['end']>>({ samples: optional(WRITTEN) })), null),
});

/** `run.json`. What a version added later is optional or stands for what it was before. */
export const RECORD: Shape<RunRecord> = object<RunRecord>({
  format: oneOf(1),
  id: text,
  startedAt: nullable(text),
  startMonotonicNs: number,
  dueZeroAt: optional(text),
  trace: object<RunRecord['trace']>({
    name: text,
    sha256: text,
    count,
    durationMs: amount,
    recipe: nullable(anyMapping),
  }),
  backend: text,
  options: anyMapping,
  backendFacts: mapOf(plain),
  sent: optional(
    object<SentIdentity>({
      payloads: count,
      bytes: nullable(count),
      sha256: text,
      shapes: list(text),
      request: nullable(text),
    }),
  ),
  served: optional(mapOf(plain)),
  time: oneOf('real', 'virtual'),
  window: object<RunRecord['window']>({ fromMs: amount, toMs: nullable(amount), speed: above0 }),
  workers: count,
  pacing: object<RunRecord['pacing']>({ asked: text, used: text, why: text }),
  seed: count,
  notes: since(list(text), []),
  tags: optional(mapOf(text)),
  series: optional(SERIES),
  attempt: optional(count),
  cost: optional(COST),
  thresholds: optional(list(text)),
  samplesKey: optional(text),
  plan: PLAN,
  versions: mapOf(text),
  host: mapOf(textOrNumber),
  end: nullable(END),
});
