/** How a truth ends a call. */
export interface TruthEnd {
  readonly ok: boolean;
  readonly ranMs?: number;
  readonly startMs?: number;
}

declare class Truth {
  constructor(numbers: Readonly<Record<string, number>>);
  readonly nextMs: number;
  advance(nowMs: number): void;
  arrive(nowMs: number, end: (ended: TruthEnd, atMs: number) => void): void;
}

export class MachineTruth extends Truth {}
export class FunctionTruth extends Truth {}
