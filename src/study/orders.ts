import type { DrawNumber } from '../predict/draw.js';
import { valuesOf } from '../predict/cell-numbers.js';
import { shareOfWins } from '../predict/orders.js';
import type { StudiedDraws } from './studied-draws.js';
import { ORDER_METRICS, type Order, type OrderMetric, type Side } from './study-result.js';

const NUMBERS: Readonly<Record<OrderMetric, readonly [DrawNumber, 'less' | 'more']>> = {
  'latency.meanMs': ['meanMs', 'less'],
  successRatio: ['successRatio', 'more'],
  'cost.usd': ['usd', 'less'],
};

/** Of each pair of systems under the same workload, model and batch size, which is better, by each metric. */
export function ordersOf(all: readonly StudiedDraws[]): readonly Order[] {
  const known = all.filter(({ cell }) => cell.refused === null);
  return known.flatMap((a, i) =>
    known.slice(i + 1).flatMap((b) => {
      if (!isPair(a, b)) return [];
      return ORDER_METRICS.flatMap((metric) => orderOf(metric, a, b));
    }),
  );
}

function isPair({ cell: a }: StudiedDraws, { cell: b }: StudiedDraws): boolean {
  return a.workload === b.workload && a.model === b.model && a.batch === b.batch;
}

/** None where the metric is unknown of one of them. */
function orderOf(metric: OrderMetric, a: StudiedDraws, b: StudiedDraws): Order[] {
  const [name, better] = NUMBERS[metric];
  const share = winsOf(a, b, name, better);
  if (Number.isNaN(share)) return [];
  const [first, second] = share >= 0.5 ? [a, b] : [b, a];
  const { workload, model, batch } = a.cell;
  const order = { metric, workload, model, batch, better: sideOf(first), worse: sideOf(second) };
  return [{ ...order, share: Number(Math.max(share, 1 - share).toFixed(4)) }];
}

/** Simulated draws have their luck in common, draw by draw; runs of a live system have nothing in common with anything. */
function winsOf(a: StudiedDraws, b: StudiedDraws, name: DrawNumber, better: 'less' | 'more'): number {
  const [left, right] = [valuesOf(a.draws, name), valuesOf(b.draws, name)];
  if (a.cell.source === 'simulated' && b.cell.source === 'simulated') return shareOfWins(left, right, better);
  const pairs = left.flatMap((one) => right.map((other) => [one, other] as const));
  return shareOfWins(
    pairs.map(([one]) => one),
    pairs.map(([, other]) => other),
    better,
  );
}

function sideOf({ cell: { system, model, runtime } }: StudiedDraws): Side {
  return { system, model, runtime };
}
