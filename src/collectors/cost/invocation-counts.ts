import { counted } from '../../text/counted.js';
import type { Plan } from '../../run.js';
import { leadsInvocation, type SampleBlock } from '../../sample.js';
import { ExactSum } from '../exact-sum.js';
import { ExactSums } from '../exact-sums.js';
import { InvocationBill } from './invocation-bill.js';
import type { Quantity } from './price.js';
import type { Meter, Tariff } from './tariff.js';

/** The invocations of a run as quantities of a tariff. Added up without rounding, so no order of the rows changes a digit. */
export class InvocationCounts {
  readonly #tariff: Tariff;
  readonly #bill: InvocationBill;
  readonly #meters: readonly MeterCount[];
  readonly #lastSecond: number;
  /** Invocations whose memory is neither configured nor reported. */
  #withoutMemory = 0;

  constructor(tariff: Tariff, { duePerSecond }: Pick<Plan, 'duePerSecond'>) {
    const seconds = Math.max(1, duePerSecond.length);
    this.#tariff = tariff;
    this.#bill = new InvocationBill(tariff.time);
    this.#meters = tariff.meters.map((meter) => new MeterCount(meter, tariff.least, seconds));
    this.#lastSecond = seconds - 1;
  }

  add(block: SampleBlock): void {
    const { rows, releaseMs, usage } = block;
    for (let i = 0; i < rows; i++) {
      if (!leadsInvocation(block, i) || !this.#bill.read(block, i)) continue;
      const reported = Math.round(usage?.memoryMb[i] ?? NaN);
      const memoryMb = Number.isNaN(reported) ? this.#tariff.memoryMb : reported;
      if (Number.isNaN(memoryMb)) this.#withoutMemory++;
      else this.#addRow(memoryMb, Math.floor((releaseMs[i] as number) / 1000));
    }
  }

  addAll(other: InvocationCounts): void {
    for (const [i, meter] of other.#meters.entries()) this.#meters[i]?.addAll(meter);
    this.#withoutMemory += other.#withoutMemory;
  }

  /** `underWay`: invocations without a row yet, at the most that each can be billed. */
  quantities(underWay: number): readonly Quantity[] {
    const { time, memoryMb } = this.#tariff;
    return this.#meters.map((meter) => meter.quantity(underWay, time.longestMs, memoryMb));
  }

  /** The part of them that is billed start-up time. */
  coldStarts(): readonly Quantity[] {
    return this.#meters.map((meter) => meter.coldStart());
  }

  /** Why they are unknown. */
  reason(underWay: number): string | null {
    const unknown = this.#withoutMemory + (Number.isNaN(this.#tariff.memoryMb) ? underWay : 0);
    if (unknown === 0) return null;
    return `the memory of ${counted(unknown, 'invocation')} is unknown: neither configured nor reported`;
  }

  /** Adds the expected cost of the requests due in each second. */
  spread(perSecond: Float64Array): void {
    for (const meter of this.#meters) meter.spread(perSecond, this.#lastSecond + 1);
  }

  #addRow(memoryMb: number, second: number): void {
    const at = Math.min(this.#lastSecond, Math.max(0, second));
    for (const meter of this.#meters) meter.add(this.#bill, memoryMb, at);
  }
}

/** What one meter has counted, in its quanta. */
class MeterCount {
  readonly #meter: Meter;
  readonly #least: number;
  readonly #low = new ExactSum();
  readonly #expected = new ExactSum();
  readonly #high = new ExactSum();
  /** Start-up time, a part of what is expected. */
  readonly #start = new ExactSum();
  /** What is expected, by the second of the release. */
  readonly #bySecond: ExactSums;

  constructor(meter: Meter, least: number, seconds: number) {
    this.#meter = meter;
    this.#least = least;
    this.#bySecond = new ExactSums(seconds);
  }

  add({ requests, timeMs, startMs }: InvocationBill, memoryMb: number, second: number): void {
    const perMs = this.#meter.perMs?.(memoryMb);
    const expected = perMs === undefined ? requests.expected : timeMs.expected * perMs;
    this.#low.add(perMs === undefined ? requests.low : Math.floor(timeMs.low * perMs * this.#least));
    this.#expected.add(expected);
    this.#high.add(perMs === undefined ? requests.high : timeMs.high * perMs);
    if (perMs !== undefined) this.#start.add(startMs * perMs);
    this.#bySecond.add(second, expected);
  }

  addAll(other: MeterCount): void {
    this.#low.addAll(other.#low);
    this.#expected.addAll(other.#expected);
    this.#high.addAll(other.#high);
    this.#start.addAll(other.#start);
    this.#bySecond.addAll(other.#bySecond);
  }

  /** `underWay` more invocations may be billed for up to the longest time. */
  quantity(underWay: number, longestMs: number, memoryMb: number): Quantity {
    const { what, row, quantaPerUnit, perMs } = this.#meter;
    const most = perMs === undefined ? 1 : longestMs * perMs(memoryMb);
    return {
      what,
      row,
      low: this.#low.value / quantaPerUnit,
      expected: this.#expected.value / quantaPerUnit,
      high: (this.#high.value + (underWay === 0 ? 0 : underWay * most)) / quantaPerUnit,
    };
  }

  coldStart(): Quantity {
    const { what, row, quantaPerUnit } = this.#meter;
    const units = this.#start.value / quantaPerUnit;
    return { what, row, low: units, expected: units, high: units };
  }

  spread(perSecond: Float64Array, seconds: number): void {
    const { row, quantaPerUnit } = this.#meter;
    for (let s = 0; s < Math.min(seconds, perSecond.length); s++)
      perSecond[s] = (perSecond[s] as number) + (this.#bySecond.total(s) / quantaPerUnit) * row.price;
  }
}
