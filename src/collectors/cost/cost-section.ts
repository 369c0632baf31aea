/** Quantities x prices of one sheet, unrounded. */
export interface CostSection {
  readonly currency: string;
  /** Null where it cannot be known: `reason` says why. */
  readonly total: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Over the requests with a sample. */
  readonly perMillionRequests: number | null;
  readonly perMillionSuccesses: number | null;
  readonly items: readonly CostItem[];
  /** The part of the total that went into billed start-up time; null where unknown. */
  readonly coldStarts: number | null;
  /** What was still provisioned after the last answer, up to the last reading; not in the total. Null: not by the hour. */
  readonly scaleInTail: number | null;
  readonly sheet: string;
  readonly reason: string | null;
  /** Sentences: bounds, prices that have not been checked. */
  readonly notes: readonly string[];
  /** What the total does not contain. */
  readonly excluded: readonly string[];
}

export interface CostItem {
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  readonly unitPrice: number;
  readonly cost: number;
  /** The quantity is a guess or a bound. */
  readonly estimated: boolean;
}
