import { BATCHING } from './batching/section.js';
import { CLOUD } from './cloud/section.js';
import { COLD_STARTS_SECTION } from './cold-starts/section.js';
import { COST } from './cost/section.js';
import { CUSTOM } from './custom/section.js';
import { HEALTH } from './health/section.js';
import { LATENCY } from './latency/section.js';
import { OUTCOMES_SECTION } from './outcomes/section.js';
import { OWN_METRICS } from './own-metrics/section.js';
import type { Section } from './section.js';
import { TIMELINE } from './timeline/section.js';

/**
 * Every section of the report, a row each. The report and its type, thresholds, comparisons, the text, the page and the
 * summary derive from this table. Its order is that of report.json and of the metrics of a comparison.
 */
const SECTIONS = [
  LATENCY,
  HEALTH,
  OUTCOMES_SECTION,
  COST,
  COLD_STARTS_SECTION,
  TIMELINE,
  BATCHING,
  OWN_METRICS,
  CLOUD,
  CUSTOM,
] as const;

/** A row as those see it who need not know which it is. */
export const ROWS: readonly Section<string, unknown>[] = SECTIONS;

type Row = (typeof SECTIONS)[number];
type TypesOf<Of> =
  Of extends Section<string, infer Value, infer Fold, infer Asked> ? { value: Value; fold: Fold; asked: Asked } : never;
type ValueOf<Of> = TypesOf<Of>['value'];
type FoldOf<Of> = TypesOf<Of>['fold'];

/** What the report holds, by the names of the sections. */
export type Sections = {
  readonly [Of in Row as undefined extends ValueOf<Of> ? never : Of['name']]: ValueOf<Of>;
} & {
  readonly [Of in Row as undefined extends ValueOf<Of> ? Of['name'] : never]?: NonNullable<ValueOf<Of>>;
};

/** The folds of a run, by the names of the sections. */
export type Folds = {
  readonly [Of in Row as undefined extends ValueOf<Of> ? never : Of['name']]: FoldOf<Of>;
};
