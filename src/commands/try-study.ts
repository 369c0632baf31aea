import { EXIT, isUserError, printable } from '../errors.js';
import { highestCost, type HighestCost } from '../replay/highest-cost.js';
import type { Surroundings } from '../replay/replay.js';
import type { LiveCell, Study } from '../study/study.js';
import { counted } from '../text/counted.js';
import type { Trace } from '../trace.js';
import { guardProcess } from './guard-process.js';
import { liveRequest, type ParseRun } from './study-live.js';
import { surroundings } from './surroundings.js';

/** The runs of one live cell; `why`: the reason why their highest cost is unknown. */
interface CellBill {
  readonly calls: number;
  readonly cost: { readonly amount: number; readonly currency: string } | { readonly why: string };
}

/** Prints what a study would do: its cells, the calls of live ones and their highest cost. Sends nothing. */
export async function tryStudy(study: Study, traces: ReadonlyMap<string, Trace>, parse: ParseRun): Promise<number> {
  const live = study.cells.filter((cell) => cell.source === 'live');
  const quiet = { say: () => undefined, show: () => undefined };
  const world = surroundings(new AbortController().signal, { ...quiet, end: () => undefined });
  const bills = new Map<string, CellBill>();
  for (const cell of live) bills.set(cell.id, await billOf(cell, study.repeats, traces, parse, world));
  process.stdout.write(
    [
      `${String(study.cells.length)} cells: ${String(study.cells.length - live.length)} simulated with ${String(study.draws)} draws each, ${String(live.length)} live with ${String(study.repeats)} runs each`,
      ...study.cells.map(({ id, source }) => `  ${id} (${source})${cellText(bills.get(id))}`),
      `calls of live cells: ${String([...bills.values()].reduce((sum, { calls }) => sum + calls, 0))}`,
      ...(live.length === 0 ? [] : [totalText([...bills.values()], study.budget)]),
      '',
    ].join('\n'),
  );
  return EXIT.ok;
}

async function billOf(
  cell: LiveCell,
  repeats: number,
  traces: ReadonlyMap<string, Trace>,
  parse: ParseRun,
  world: Surroundings,
): Promise<CellBill> {
  const trace = traces.get(cell.workload) as Trace;
  const request = await liveRequest(cell, trace, parse);
  try {
    const one = await guardProcess(request.backend, world.stop, (stop) => highestCost(request, { ...world, stop }));
    return { calls: one.calls * repeats, cost: await costOf(one, repeats) };
  } catch (thrown) {
    // A service that cannot be asked now, for want of credentials say, still has its calls.
    if (!isUserError(thrown)) throw thrown;
    return { calls: Math.ceil(trace.count / cell.batch) * repeats, cost: { why: thrown.message } };
  }
}

async function costOf({ most, prices }: HighestCost, repeats: number): Promise<CellBill['cost']> {
  if (typeof most === 'string') return { why: most };
  const { sheetOf } = await import('../collectors/cost/price-sheets.js');
  return { amount: most * repeats, currency: sheetOf(prices).currency };
}

function cellText(bill: CellBill | undefined): string {
  if (bill === undefined) return '';
  const { calls, cost } = bill;
  const most = 'why' in cost ? `unknown (${printable(cost.why, 160)})` : money(cost.amount, cost.currency);
  return `: ${counted(calls, 'call')}, highest cost ${most}`;
}

/** Each call billed for as long as its timeout allows; cells of different currencies are not added up. */
function totalText(bills: readonly CellBill[], budget: string | undefined): string {
  const known = bills.flatMap(({ cost }) => ('why' in cost ? [] : [cost]));
  const sums = new Map<string, number>();
  for (const { amount, currency } of known) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  const sum = [...sums].map(([currency, amount]) => money(amount, currency)).join(' and ');
  const unknown = bills.length - known.length;
  const most = [sum, unknown === 0 ? '' : `unknown of ${counted(unknown, 'cell')}`].filter((text) => text !== '');
  const limit =
    budget === undefined
      ? 'no budget limits it; add budget: to the file'
      : `the budget of all live cells is ${budget}: more is not spent`;
  return `highest cost of live cells: ${most.join(', and ')}; ${limit}`;
}

function money(amount: number, currency: string): string {
  return `${String(Number(amount.toPrecision(3)))} ${currency}`;
}
