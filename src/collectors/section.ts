import type { Measure, Metric, MetricRow, Moment } from '../metric.js';
import type { Bounds, Report } from '../report.js';
import type { RunEnd } from '../run.js';
import type { SampleBlock } from '../sample.js';
import type { Shape } from '../shape.js';
import type { OwnShare } from './bounds.js';
import type { CollectorContext } from './collector.js';
import type { Folds } from './sections.js';
import type { Watched } from './watched.js';

/**
 * A section of the report: everything that the program knows of it, as a row of SECTIONS. `Value` is what the report holds
 * (with `undefined` in it the section may be absent), `Fold` its fold over the samples, `Asked` how that knows its metrics.
 */
export interface Section<Name extends string, Value, Fold extends AnyFold = AnyFold, Asked extends Metric = Metric> {
  /** In `Report.sections`. */
  readonly name: Name;
  /** Where `Value` may be undefined. Absent: it stands in every report. */
  readonly isOptional?: true;
  /** As report.json holds it: what its readers check, and what its JSON schema says. */
  readonly shape: Shape<NonNullable<Value>>;
  /** Before the first sample; undefined: the run has no such section. Absent: it is not made from samples. */
  open?(this: void, context: CollectorContext): Fold | undefined;
  /** Once, after the last sample. `folds` are those of all sections. */
  finish?(this: void, fold: Fold, end: RunEnd, folds: Folds): Value;
  /** The numbers that can be asked of it. */
  readonly metrics?: readonly MetricRow<Asked, NonNullable<Value>>[];
  /** The row of a metric whose name is known only with the run. */
  metricNamed?(name: string): MetricRow<Asked> | undefined;
  /** One of its numbers at this moment; needed where it has metrics. */
  measure?(this: void, fold: Fold, metric: Asked, moment: Moment): Measure;
  /** Between which values `value`, as reported, can lie without our own share. Absent: anything, once a request was lost. */
  bounds?(this: void, metric: Asked, value: number, moment: Moment, run: OwnShare): Bounds;
  /** What it shows of a run that goes on; absent: nothing. */
  readonly watched?: Watched<Fold>;
  /** Its part of the text report. Parts stand in the order of `place`, those without one last. */
  readonly text?: { readonly place?: number; lines(this: void, report: Report): readonly string[] };
  /** Its part of the page, in the same way; loaded where a page is made. */
  readonly page?: { readonly place?: number; load(this: void): Promise<{ readonly pagePart: PagePart }> };
  /** Its part of the summary in Markdown, in the same way; an empty text: nothing to say. */
  readonly markdown?: { readonly place?: number; part(this: void, report: Report): string };
}

/** HTML that is ready to stand in the page; an empty text: nothing. */
export type PagePart = (report: Report) => { readonly html: string } | string;

/** What every fold has. */
export interface AnyFold {
  add(block: SampleBlock): void;
  merge(other: this): void;
}

/** In the order of their places. */
export function inPlace<Part extends { readonly place?: number }>(parts: readonly (Part | undefined)[]): Part[] {
  const present = parts.filter((part) => part !== undefined);
  return present.sort((a, b) => (a.place ?? Infinity) - (b.place ?? Infinity) || 0);
}
