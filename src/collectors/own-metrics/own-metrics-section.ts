/** A row for each metric that the backend declares, over the requests due after the warm-up that have a value. */
export type OwnMetricsSection = readonly {
  readonly name: string;
  /** What it counts; null: a plain number. */
  readonly unit: string | null;
  readonly count: number;
  readonly sum: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}[];
