import type { CellNumbers } from '../predict/cell-numbers.js';
import type { ErrorFactor } from '../predict/error-factor.js';
import type { Sensitivity } from '../predict/sensitivity.js';
import type { LayerName } from '../predict/draw-plan.js';
import type { Spread } from '../predict/spread.js';

/** study.json: everything a study found. The pages are made from it alone. */
export interface StudyResult {
  readonly format: 1;
  readonly name: string;
  readonly replayVersion: string;
  readonly seed: number;
  readonly slo: readonly string[];
  readonly workloads: readonly StudiedWorkload[];
  readonly cells: readonly StudiedCell[];
  readonly orders: readonly Order[];
  readonly answers: readonly Answer[];
  /** Null: nothing was simulated. */
  readonly modelError: ErrorFactor | null;
  /** What 1 % of each uncertain parameter does, where that was asked for. */
  readonly sensitivities?: readonly CellSensitivity[];
}

export interface CellSensitivity extends Side {
  readonly workload: string;
  readonly batch: number;
  /** Those that move most first. */
  readonly parameters: readonly Sensitivity[];
}

export interface StudiedWorkload {
  readonly name: string;
  readonly requests: number;
  readonly durationMs: number;
  /** Whether its arrivals can be drawn anew. */
  readonly hasRecipe: boolean;
}

export interface StudiedCell extends CellNumbers {
  readonly system: string;
  readonly model: string;
  /** Empty: not stated. */
  readonly runtime: string;
  readonly workload: string;
  readonly batch: number;
  readonly source: 'simulated' | 'live';
  /** Of a live cell: its runs. */
  readonly draws: number;
  /** Standard deviation of the latency of successes within one run, ms: the median over draws. */
  readonly sdMs: number | null;
  /** Without the model-error factor. */
  readonly raw: CellNumbers;
  /** Each source of chance alone, without the model-error factor; absent of a live cell. */
  readonly layers?: Readonly<Partial<Record<Exclude<LayerName, 'plain' | 'all'>, CellLayer>>>;
  /** Service time and price alone, as if no request met another. */
  readonly calculator: { readonly meanMs: number | null; readonly usd: number | null } | null;
  /** Share of draws that meet the SLO; null without one. */
  readonly meetsSlo: number | null;
  /** Parameters of the system that are guesses. */
  readonly guesses: readonly string[];
  readonly flags: readonly string[];
  /** Why there is no prediction. */
  readonly refused: string | null;
  /** Folder of one full run, relative to that of the study; null: there is none. */
  readonly run: string | null;
}

export interface CellLayer {
  readonly meanMs: Spread;
  readonly successRatio: Spread;
  readonly usd: Spread;
}

/** Which side of a pair is better, and in which share of the draws. */
export interface Order {
  readonly metric: OrderMetric;
  readonly workload: string;
  readonly model: string;
  readonly batch: number;
  readonly better: Side;
  readonly worse: Side;
  readonly share: number;
}

export interface Side {
  readonly system: string;
  readonly model: string;
  readonly runtime: string;
}

export const ORDER_METRICS = ['latency.meanMs', 'successRatio', 'cost.usd'] as const;
export type OrderMetric = (typeof ORDER_METRICS)[number];

/** What to choose for one workload and model. */
export interface Answer {
  readonly workload: string;
  readonly model: string;
  /** Null: none is recommended. */
  readonly recommended: (Side & { readonly batch: number }) | null;
  /** The best first: those that meet the SLO by their cost, then the others by the share of draws in which they meet it. */
  readonly ranking: readonly (Side & { readonly batch: number })[];
  /** One sentence. */
  readonly headline: string;
  /** Why, by how much, how certain, and what would change it: a sentence each. */
  readonly reasons: readonly string[];
}
