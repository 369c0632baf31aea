import { counted } from '../../text/counted.js';
import { LATEST_PRICES, type CostTerms, type PriceSheet } from '../../cost-terms.js';
import type { Measure, Moment } from '../../metric.js';
import type { FoldedSoFar } from '../../progress.js';
import type { CostSection, TimelineSecond } from '../../report.js';
import type { Plan, RunEnd } from '../../run.js';
import type { SampleBlock } from '../../sample.js';
import { undisturbedEnd } from '../../undisturbed-end.js';
import type { Collector, CollectorContext } from '../collector.js';
import type { Charge, Source } from './bill-source.js';
import { machineSource } from './machine-source.js';
import type { CostMetric } from './metrics.js';
import { price } from './price.js';
import { sheetOf } from './price-sheets.js';
import { Seen } from './seen.js';
import { serviceSource } from './service-source.js';

/**
 * What the run cost: per-request quantities + items once per run + capacity over time, each times its price. A pure fold:
 * the same samples, end and terms give the same digits.
 */
export class Cost implements Collector<CostSection> {
  readonly #plan: Plan;
  readonly #sheet: PriceSheet;
  readonly #service: Source;
  readonly #machine: Source | undefined;
  /** The machine until now: it costs for the time that has passed, not for the length of the trace. */
  readonly #passing: Source | undefined;
  readonly #seen = new Seen();

  /** Throws `UserError` when a machine that was named has no price. */
  constructor({ plan, cost: terms = NO_TERMS }: CollectorContext) {
    this.#plan = plan;
    this.#sheet = sheetOf(terms.prices);
    this.#machine = machineSource(terms, this.#sheet, plan);
    this.#passing = machineSource(terms, this.#sheet, { ...plan, durationMs: 0 });
    this.#service = serviceSource(terms.billing, this.#sheet, plan, this.#machine !== undefined);
  }

  add(block: SampleBlock): void {
    this.#seen.add(block);
    this.#service.counts?.add(block);
  }

  merge(other: Cost): void {
    this.#seen.addAll(other.#seen);
    if (other.#service.counts !== undefined) this.#service.counts?.addAll(other.#service.counts);
  }

  measure({ of }: CostMetric, moment: Moment): Measure {
    const section = this.finish('end' in moment ? moment.end : undisturbedEnd(moment.nowMs));
    const value = section[of];
    return value === null ? { value, why: section.reason ?? NOT_PRICED[of] ?? 'it is unknown' } : { value };
  }

  /** The most that the run can have cost so far, when this many invocations have been sent; or why it is unknown. */
  atMost(nowMs: number, sent: number): number | string {
    const underWay = Math.max(0, sent - this.#seen.invocations);
    const charges = this.#sources.map((source) => source.charge(this.#seen, goingOn(nowMs), underWay));
    const reason = charges.find((charge) => charge.reason !== null)?.reason;
    return reason ?? price(charges.flatMap(({ quantities }) => quantities)).high;
  }

  /** What is expected to have been billed until now; null: that is not known while sending. */
  soFar(nowMs: number): FoldedSoFar['cost'] {
    const end = goingOn(Math.max(0, nowMs));
    const charges = present([this.#service, this.#passing]).map((source) => source.charge(this.#seen, end));
    if (charges.some(({ reason }) => reason !== null)) return null;
    return { amount: price(charges.flatMap(({ quantities }) => quantities)).total, currency: this.#sheet.currency };
  }

  finish(end: RunEnd): CostSection {
    const charges = this.#sources.map((source) => source.charge(this.#seen, end));
    return sectionOf(this.#sheet, this.#plan, this.#seen, end, charges);
  }

  /** Gives each second of the timeline its cost. */
  ofSeconds<Second extends Pick<TimelineSecond, 'second'>>(
    seconds: readonly Second[],
    end: RunEnd,
  ): readonly (Second & Pick<TimelineSecond, 'cost'>)[] {
    const perSecond = new Float64Array(seconds.length);
    const known = this.#sources.every((source) => source.charge(this.#seen, end).reason === null);
    if (known) for (const source of this.#sources) source.spread(perSecond, this.#seen, end);
    return seconds.map((second, i) => ({ ...second, cost: known ? (perSecond[i] as number) : null }));
  }

  get #sources(): readonly Source[] {
    return present([this.#service, this.#machine]);
  }
}

function present(sources: readonly (Source | undefined)[]): readonly Source[] {
  return sources.filter((source) => source !== undefined);
}

/** Why a bill that is known has not this number. */
const NOT_PRICED: Readonly<Partial<Record<CostMetric['of'], string>>> = {
  perMillionRequests: 'no request has a sample',
  perMillionSuccesses: 'no request succeeded',
  scaleInTail: 'the service is not paid by the hour',
};

const NO_TERMS: CostTerms = { billing: null, prices: LATEST_PRICES, machine: null };

function goingOn(nowMs: number): RunEnd {
  return { ...undisturbedEnd(nowMs), complete: false };
}

function sectionOf(
  sheet: PriceSheet,
  plan: Plan,
  { rows, ok }: Seen,
  { complete }: RunEnd,
  charges: readonly Charge[],
): CostSection {
  const bill = price(charges.flatMap(({ quantities }) => quantities));
  const reasons = charges.flatMap(({ reason }) => (reason === null ? [] : [reason]));
  const ifKnown = (value: number): number | null => (reasons.length === 0 ? value : null);
  const perMillion = (n: number): number | null => (n === 0 ? null : ifKnown((bill.total / n) * 1e6));
  const tails = charges.flatMap(({ tail }) => (tail === undefined ? [] : [tail]));
  const lost = complete ? 0 : plan.planned - rows;
  return {
    currency: sheet.currency,
    total: ifKnown(bill.total),
    low: ifKnown(bill.low),
    high: ifKnown(bill.high),
    perMillionRequests: perMillion(rows),
    perMillionSuccesses: perMillion(ok),
    items: bill.items,
    coldStarts: ifKnown(price(charges.flatMap(({ coldStarts }) => coldStarts)).total),
    scaleInTail: tails.length === 0 ? null : price(tails.flat()).total,
    sheet: sheet.name,
    reason: reasons.length === 0 ? null : reasons.join('; '),
    notes: [...new Set(charges.flatMap(({ notes }) => notes))],
    excluded: [
      ...new Set(charges.flatMap(({ excluded }) => excluded)),
      ...(lost > 0 ? [`${counted(lost, 'request')} without a sample`] : []),
    ],
  };
}
