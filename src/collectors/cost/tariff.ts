import type { Billing, PriceRow, PriceSheet } from '../../cost-terms.js';
import { findRow } from './price-sheets.js';

/** How the invocations of a service become quantities with a price. */
export interface Tariff {
  readonly meters: readonly Meter[];
  readonly time: BilledTime;
  /** Configured; NaN: only an invocation can tell. */
  readonly memoryMb: number;
  /** Of what one request alone would be billed, the least that it is billed: 1, or less where requests share an instance. */
  readonly least: number;
  readonly notes: readonly string[];
}

/** One line of the bill. Counted in quanta, whole numbers: their sums are exact, whatever the order. */
export interface Meter {
  readonly what: string;
  readonly row: PriceRow;
  readonly quantaPerUnit: number;
  /** Quanta of each billed ms; absent: each request is one. */
  readonly perMs?: (memoryMb: number) => number;
}

export interface BilledTime {
  readonly stepMs: number;
  readonly minimumMs: number;
  readonly initBilled: boolean;
  /** No invocation is billed for longer. */
  readonly longestMs: number;
}

/** The service's own limit where the user's is not known. */
const LONGEST_MS = {
  lambda: 900_000,
  'cloud-functions-gen1': 540_000,
  'cloud-run': 3_600_000,
  'sagemaker-serverless': 60_000,
} as const;
export type RequestModel = keyof typeof LONGEST_MS;

export function isRequestModel(model: string): model is RequestModel {
  return Object.hasOwn(LONGEST_MS, model);
}

/** The tariff of a service that bills invocations; or the reasons why the sheet gives none. */
export function tariffOf(billing: Billing & { model: RequestModel }, sheet: PriceSheet): Tariff | readonly string[] {
  const found = linesOf(billing).map((line) => ({ ...line, row: findRow(sheet, line.id, billing.region) }));
  const missing = found.flatMap(({ row }) => (typeof row === 'string' ? [row] : []));
  if (missing.length > 0) return missing;
  const meters = found.map(({ what, row, quantaPerUnit, perMs }) => ({
    what,
    row: row as PriceRow,
    quantaPerUnit,
    ...(perMs === undefined ? {} : { perMs }),
  }));
  const timed = meters.find(({ row }) => row.stepMs !== undefined)?.row;
  const stepMs = timed?.stepMs ?? 1;
  return {
    meters,
    time: {
      stepMs,
      minimumMs: timed?.minimumMs ?? 0,
      initBilled: timed?.initBilled === true || billing.startsBilled === true,
      longestMs: Math.ceil((positive(billing.timeoutMs) ?? LONGEST_MS[billing.model]) / stepMs) * stepMs,
    },
    memoryMb: Math.round(positive(billing.memoryMb) ?? NaN),
    least: billing.model === 'cloud-run' ? 1 / Math.max(1, positive(billing.concurrency) ?? Infinity) : 1,
    notes: assumptionsOf(billing),
  };
}

/** A plugin's word comes from outside. */
function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 && value < Infinity ? value : undefined;
}

/** What is assumed where the backend does not know. */
function assumptionsOf({ model, architecture }: Billing): readonly string[] {
  if (model === 'cloud-run') return [CONCURRENCY_1];
  return model === 'lambda' && architecture === undefined ? [X86_64] : [];
}

const X86_64 =
  'The architecture of the function is not known: its time is priced as x86_64, which costs a quarter more than arm64.';
const CONCURRENCY_1 =
  'Instance time is billed, which overlapping requests share: the time of each request is an upper bound, exact at concurrency 1.';

interface Line extends Omit<Meter, 'row'> {
  readonly id: string;
}

/** MB and ms, GHz and ms as whole quanta. A GB is 1024 MB. */
const MB_MS_PER_GB_SECOND = 1024 * 1000;
const MHZ_MS_PER_GHZ_SECOND = 1e6;

function linesOf({ model, architecture, cpus }: Billing & { model: RequestModel }): readonly Line[] {
  const memory = { quantaPerUnit: MB_MS_PER_GB_SECOND, perMs: (memoryMb: number) => memoryMb };
  const requests = { what: 'requests', quantaPerUnit: 1 };
  switch (model) {
    case 'lambda': {
      const id = architecture === 'arm64' ? 'lambda-arm64:gb-second' : 'lambda:gb-second';
      return [
        { ...requests, id: 'lambda:request' },
        { ...memory, what: 'memory time', id },
      ];
    }
    case 'cloud-functions-gen1':
      return [
        { ...requests, id: 'functions-gen1:request' },
        { ...memory, what: 'memory time', id: 'functions-gen1:gb-second' },
        {
          what: 'processor time',
          id: 'functions-gen1:ghz-second',
          quantaPerUnit: MHZ_MS_PER_GHZ_SECOND,
          perMs: gen1Mhz,
        },
      ];
    case 'cloud-run':
      return [
        { ...requests, id: 'cloud-run:request' },
        { ...memory, what: 'memory time', id: 'cloud-run:gib-second' },
        {
          what: 'processor time',
          id: 'cloud-run:vcpu-second',
          quantaPerUnit: 1e6,
          perMs: () => Math.round((positive(cpus) ?? 1) * 1000),
        },
      ];
    case 'sagemaker-serverless':
      return [{ ...memory, what: 'memory time', id: 'sagemaker-serverless:gb-second' }];
  }
}

/** The clock that a 1st-gen function of this memory is given (a vCPU is 2.4 GHz): docs, "configuring memory". */
const GEN1_MHZ = [
  [128, 200],
  [256, 400],
  [512, 800],
  [1024, 1400],
  [2048, 2400],
] as const;

function gen1Mhz(memoryMb: number): number {
  return GEN1_MHZ.find(([most]) => memoryMb <= most)?.[1] ?? 4800;
}
