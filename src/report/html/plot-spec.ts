/** One plot as data: what the page's script is given to draw. All plots against time share their cursor and their zoom. */
export interface PlotSpec {
  readonly id: string;
  readonly x: PlotX;
  readonly y: PlotY;
  readonly xs: readonly number[];
  readonly series: readonly PlotSeries[];
  /** Shade the time up to here: the warm-up. 0: none. */
  readonly shadedTo: number;
  /** Lines at what was asked of the run. Absent: none. */
  readonly limits?: readonly PlotLimit[];
  /** Drawn behind the series. */
  readonly heat?: Heat;
  /** A strip that stands above another plot against the same time. */
  readonly strip?: true;
}

export interface PlotLimit {
  /** Which axis `value` is on. */
  readonly axis: 'x' | 'y';
  readonly value: number;
  readonly label: string;
  /** Where on x it is about; absent: everywhere. */
  readonly at?: number;
}

/** Counts by time and y. */
export interface Heat {
  readonly lengthSeconds: number;
  readonly edges: readonly number[];
  readonly columns: readonly { readonly second: number; readonly first: number; readonly counts: readonly number[] }[];
}

/**
 * Seconds since due 0; 1 / (1 - p/100), so that each further nine takes the same room; a latency, a gap between arrivals or a
 * length of window, ms; how many gaps apart. All but the first and the last are logarithmic.
 */
export type PlotX = 'seconds' | 'nines' | 'ms' | 'gap' | 'window' | 'lag';

export interface PlotY {
  readonly label: string;
  readonly unit: 'count' | 'ms' | 'money' | 'percent';
  readonly log: boolean;
}

export interface PlotSeries {
  readonly label: string;
  readonly ink: Ink;
  /**
   * line: from point to point; step: each value holds until the next x; area: a filled step; stack: an area on top of
   * the stacks before it; top and bottom: a mark at that edge wherever there is a value; reported: in the legend only.
   */
  readonly look: 'line' | 'step' | 'area' | 'stack' | 'top' | 'bottom' | 'told';
  readonly dash: boolean;
  readonly values: readonly (number | null)[];
}

/** Colours by what they mean, and eight that can be distinguished from each other; the style sheet says which they are in light, dark and print. */
export type Ink =
  | 'offer'
  | 'first'
  | 'second'
  | 'third'
  | 'faint'
  | 'ok'
  | 'cold'
  | 'bad1'
  | 'bad2'
  | 'bad3'
  | 'bad4'
  | `system${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;
