import { counted } from '../../text/counted.js';
import type { Plan } from '../../run.js';
import { leadsInvocation, type SampleBlock } from '../../sample.js';
import { InvocationBill } from './invocation-bill.js';
import type { Quantity } from './price.js';
import type { Meter, Tariff } from './tariff.js';

/** The invocations of a run as quantities of a tariff. In whole quanta, so no order of the rows changes a digit. */
export interface InvocationCounts {
  add(block: SampleBlock): void;
  /** `underWay`: invocations without a row yet, at the most that each can be billed. */
  quantities(underWay: number): readonly Quantity[];
  /** The part of them that is billed start-up time. */
  coldStarts(): readonly Quantity[];
  /** Why they are unknown. */
  reason(underWay: number): string | null;
  /** Adds the expected cost of the requests due in each second. */
  spread(perSecond: Float64Array): void;
}

export function countInvocations(tariff: Tariff, plan: Plan): InvocationCounts {
  const { meters, least } = tariff;
  const bill = new InvocationBill(tariff.time);
  const totals = meters.map(() => ({ low: 0, expected: 0, high: 0, start: 0 }));
  const bySecond = meters.map(() => new Float64Array(Math.max(1, plan.duePerSecond.length)));
  let withoutMemory = 0;

  const addRow = (memoryMb: number, second: number): void => {
    const { requests, timeMs, startMs } = bill;
    for (let m = 0; m < meters.length; m++) {
      const total = totals[m] as (typeof totals)[number];
      const seconds = bySecond[m] as Float64Array;
      const perMs = (meters[m] as Meter).perMs?.(memoryMb);
      const expected = perMs === undefined ? requests.expected : timeMs.expected * perMs;
      total.low += perMs === undefined ? requests.low : Math.floor(timeMs.low * perMs * least);
      total.expected += expected;
      total.high += perMs === undefined ? requests.high : timeMs.high * perMs;
      if (perMs !== undefined) total.start += startMs * perMs;
      seconds[second] = (seconds[second] as number) + expected;
    }
  };

  return {
    add(block) {
      const { rows, releaseMs, usage } = block;
      const last = Math.max(1, plan.duePerSecond.length) - 1;
      for (let i = 0; i < rows; i++) {
        if (!leadsInvocation(block, i) || !bill.read(block, i)) continue;
        const told = Math.round(usage?.memoryMb[i] ?? NaN);
        const memoryMb = Number.isNaN(told) ? tariff.memoryMb : told;
        if (Number.isNaN(memoryMb)) withoutMemory++;
        else addRow(memoryMb, Math.min(last, Math.max(0, Math.floor((releaseMs[i] as number) / 1000))));
      }
    },
    quantities: (underWay) =>
      meters.map(({ what, row, quantaPerUnit, perMs }, m) => {
        const most = perMs === undefined ? 1 : tariff.time.longestMs * perMs(tariff.memoryMb);
        const { low, expected, high } = totals[m] as (typeof totals)[number];
        return {
          what,
          row,
          low: low / quantaPerUnit,
          expected: expected / quantaPerUnit,
          high: (high + (underWay === 0 ? 0 : underWay * most)) / quantaPerUnit,
        };
      }),
    coldStarts: () =>
      meters.map(({ what, row, quantaPerUnit }, m) => {
        const units = (totals[m]?.start ?? 0) / quantaPerUnit;
        return { what, row, low: units, expected: units, high: units };
      }),
    reason(underWay) {
      const unknown = withoutMemory + (Number.isNaN(tariff.memoryMb) ? underWay : 0);
      if (unknown === 0) return null;
      return `the memory of ${counted(unknown, 'invocation')} is unknown: neither configured nor reported`;
    },
    spread(perSecond) {
      meters.forEach(({ row, quantaPerUnit }, m) => {
        const seconds = bySecond[m] as Float64Array;
        for (let s = 0; s < Math.min(seconds.length, perSecond.length); s++)
          perSecond[s] = (perSecond[s] as number) + ((seconds[s] as number) / quantaPerUnit) * row.price;
      });
    },
  };
}
