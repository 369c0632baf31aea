import type { Progress, Tally } from './progress.js';

/** One measure of a run, as every system of metrics knows it. Names have dots; a system adds its own conventions. */
export type Measurement = MeasureName &
  (
    | { readonly kind: 'counter' | 'gauge'; readonly points: readonly Point[] }
    | { readonly kind: 'histogram'; readonly tally: Tally }
  );

interface MeasureName {
  readonly name: string;
  /** One sentence without its full stop. */
  readonly help: string;
  /** As UCUM: `s`, `{request}`; `1`: none. */
  readonly unit: string;
}

export interface Point {
  /** Values are printable and bounded. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A measure, declared once: its name, and how it is read from a run that goes on. */
export type MeasurementRow = MeasureName &
  (
    | {
        readonly kind: 'counter' | 'gauge';
        /** A number: the one point, without labels; none: the measure is absent. */
        readonly read: (progress: Progress, ending?: Ending) => number | readonly Point[];
      }
    | { readonly kind: 'histogram'; readonly read: (progress: Progress) => Tally }
  );

/** What is only known when a run is over: from its report, with which the last figures then agree. */
export interface Ending {
  readonly unsent: number;
  readonly valid: boolean;
  readonly cost: Progress['cost'];
}

export const LABEL_LIMIT = 100;
