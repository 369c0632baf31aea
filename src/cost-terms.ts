/**
 * How a service bills: plain data that a backend reports once before the run, so that quantities become money, then and
 * again later. Nothing here is a price.
 */
export interface Billing {
  readonly model: BillingModel;
  /** Configured; what an invocation's usage says goes before it. */
  readonly memoryMb?: number;
  /** vCPUs of an instance (`cloud-run`). */
  readonly cpus?: number;
  /** Requests that may share an instance (`cloud-run`); absent: unknown. */
  readonly concurrency?: number;
  /** The service's own limit on an invocation: the most that one of unknown length can have been billed. */
  readonly timeoutMs?: number;
  /** As the provider spells it; absent: the sheet's own. */
  readonly region?: string;
  /** `lambda`; absent: unknown, and the bill assumes x86_64 and says so. */
  readonly architecture?: 'x86_64' | 'arm64';
  /** `lambda`: a container image or a custom runtime, whose start was billed even by sheets from before August 2025. */
  readonly startsBilled?: boolean;
  /** `hourly`: the row of one instance, such as `sagemaker:ml.m4.2xlarge` or `vertex:n1-standard-8+t4`. */
  readonly machine?: string;
  /** `hourly`, where no machine is given: `vertex` and a kind that the probe reports, `n1-standard-8`, name the row `vertex:n1-standard-8`. */
  readonly machinePrefix?: string;
}

/**
 * `hourly`: every provisioned instance costs by the hour (endpoints); capacity comes from `Backend.probe`.
 * `none`: the service has no price of its own; its usage is kept nevertheless.
 */
export const BILLING_MODELS = [
  'lambda',
  'cloud-functions-gen1',
  'cloud-run',
  'sagemaker-serverless',
  'hourly',
  'none',
] as const;
export type BillingModel = (typeof BILLING_MODELS)[number];

/** A service as `replay estimate` knows it: how it is billed, before there is an endpoint. */
export interface EstimatedService {
  /** What `replay estimate --backend` calls it. */
  readonly name: string;
  readonly model: BillingModel;
  /** `hourly`: with an instance type it names the row, `sagemaker:ml.m4.2xlarge`. */
  readonly machinePrefix?: string;
  /** `hourly`: the type where the user names none. Absent: the user has to. */
  readonly machine?: string;
}

/** A machine of the user's own that served the run. */
export interface RentedMachine {
  /** A row, or rows joined: `aws:t2.2xlarge`, `gcp:n1-standard-8+t4`. */
  readonly name: string;
  readonly count: number;
}

/** One row of a price sheet. */
export interface PriceRow {
  /** What it prices: `lambda:gb-second`, `aws:t2.2xlarge`. */
  readonly id: string;
  readonly unit: PriceUnit;
  /** Of one unit, in the sheet's currency. */
  readonly price: number;
  /** From this many units of one run on, another price holds; ascending. */
  readonly tiers?: readonly { readonly from: number; readonly price: number }[];
  /** Billed time is rounded up to whole steps. */
  readonly stepMs?: number;
  /** Billed at least: for each request, or once for each machine. */
  readonly minimumMs?: number;
  /** Whether the time to make a new environment is billed. */
  readonly initBilled?: boolean;
  readonly region: string;
  readonly source: string;
  /** When the price was read or held, as precisely as it is known: 2020-12-01, 2021-03. */
  readonly date: string;
  /** No one has checked it against the provider's own page. */
  readonly unverified?: boolean;
}

export const PRICE_UNITS = ['request', 'GB-second', 'GiB-second', 'GHz-second', 'vCPU-second', 'hour'] as const;
export type PriceUnit = (typeof PRICE_UNITS)[number];

export interface PriceSheet {
  readonly name: string;
  readonly currency: string;
  readonly rows: readonly PriceRow[];
}

/** What the cost of a run depends on besides its samples and its end. */
export interface CostTerms {
  /** Null: the backend has no prices. */
  readonly billing: Billing | null;
  /** The name of a sheet that replay ships, or a whole one. */
  readonly prices: string | PriceSheet;
  readonly machine: RentedMachine | null;
}

/** What was provisioned at a moment of the run's clock, or why it is unknown. */
export type CapacityReading =
  | { readonly atMs: number; readonly counts: Readonly<Record<string, number>> }
  | { readonly atMs: number; readonly failed: string };

/** Kinds of `Capacity` that cost by the hour; the first of them in a reading is what is counted. */
export const HOURLY_KINDS = ['instances', 'replicas', 'machines'] as const;

export const LATEST_PRICES = '2026-11';
