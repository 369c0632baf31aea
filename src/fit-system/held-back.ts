import { costOfDraw } from '../systems/cost-of-draw.js';
import { ENDED } from '../systems/station.js';
import type { SimulatedSystem } from '../systems/system.js';
import { isRequestModel } from '../collectors/cost/tariff.js';
import type { Observed, ObservedCalls } from './observed.js';
import { simulateCalls } from './simulate-calls.js';
import type { Window } from './statistics.js';

/** One number of the windows that were held back, as it was and as the fitted system gives it (the mean of several seeds). */
export interface Checked {
  readonly what: 'latency mean' | 'success' | 'cold starts' | 'cost';
  readonly unit: 'ms' | 'share' | 'count' | 'usd';
  readonly real: number;
  readonly fitted: number;
}

const SEEDS = 6;

/** The numbers that a fit is judged by, together; those that the runs do not tell are left out. */
export function checkHeldBack(
  system: SimulatedSystem,
  observed: Observed,
  windows: readonly Window[],
): readonly Checked[] {
  // prettier-ignore
  const held = windows.filter(({ isHeldBack }) => isHeldBack);
  const real = totalsOf(
    observed.timelines.map(({ calls }) => calls),
    held,
    system,
  );
  const draws = Array.from(
    { length: SEEDS },
    (_, seed) =>
    totalsOf(observed.timelines.map((timeline) => simulateCalls(system, timeline, FIRST_SEED + seed)), held, system), // prettier-ignore
  );
  return NUMBERS.flatMap(({ what, unit }): Checked[] => {
    const fitted = draws.reduce((sum, draw) => sum + draw[what], 0) / draws.length;
    return Number.isNaN(real[what]) || Number.isNaN(fitted) ? [] : [{ what, unit, real: real[what], fitted }];
  });
}

const FIRST_SEED = 5000;
const NUMBERS: readonly Pick<Checked, 'what' | 'unit'>[] = [
  { what: 'latency mean', unit: 'ms' },
  { what: 'success', unit: 'share' },
  { what: 'cold starts', unit: 'count' },
  { what: 'cost', unit: 'usd' },
];

type Totals = Readonly<Record<Checked['what'], number>>;

function totalsOf(
  timelines: readonly ObservedCalls[],
  windows: readonly Window[],
  { meter, station }: SimulatedSystem,
): Totals {
  // prettier-ignore
  let [calls, ok, sumMs, colds, told, billed, requests] = [0, 0, 0, 0, 0, 0, 0];
  for (const { timeline, from, to } of windows) {
    const one = timelines[timeline] as ObservedCalls;
    calls += to - from;
    for (let row = from; row < to; row++) {
      if (one.cold[row] !== 0) told++;
      if (one.cold[row] === COLD) colds++;
      const billedMs = one.billedMs[row] as number;
      if (billedMs > 0) [billed, requests] = [billed + billedMs, requests + 1];
      if (one.outcome[row] !== ENDED.ok) continue;
      ok++;
      sumMs += one.latencyMs[row] as number;
    }
  }
  const isBilled = isRequestModel(meter.billing.model) && billed > 0;
  const metered = { requests, billedMs: billed, billedStartMs: 0, activeMs: billed, instanceMs: 0 };
  return {
    'latency mean': ok === 0 ? NaN : sumMs / ok,
    success: calls === 0 ? NaN : ok / calls,
    'cold starts': station.kind === 'pool' && told > 0 ? colds : NaN,
    cost: isBilled ? costOfDraw(metered, meter.billing, meter.sheet).usdWithRequestFee : NaN,
  };
}

const COLD = 2;
