import type { LiveFigure } from '../live-figure.js';
import type { MeasurementRow } from '../measurement.js';
import type { FoldedSoFar, Progress } from '../progress.js';
import type { SampleBlock } from '../sample.js';
import type { CollectorContext } from './collector.js';

/** What a section shows of a run that goes on: in the live view, to Prometheus and to OpenTelemetry. */
export interface Watched<Fold> {
  /** What is read from the section's own fold at any moment. */
  soFar?(this: void, fold: Fold, nowMs: number): Partial<FoldedSoFar>;
  /** A fold of its own for what only a watcher needs; cheap enough to go along with every run. */
  open?(this: void, context: CollectorContext): WatchFold;
  readonly measurements: readonly MeasurementRow[];
  /** Its lines of the live view, in the order of `place`; absent: none. */
  readonly live?: { readonly place: number; figures(this: void, progress: Progress): readonly LiveFigure[] };
}

/** A fold that can be read at any time. */
export interface WatchFold {
  add(block: SampleBlock): void;
  soFar(nowMs: number): Partial<FoldedSoFar>;
}
