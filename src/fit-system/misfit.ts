import { billedTimeOf } from '../systems/simulate.js';
import type { SimulatedSystem } from '../systems/system.js';
import type { Observed } from './observed.js';
import { simulateCalls } from './simulate-calls.js';
import { LEAST_SPREAD, WINDOW_NUMBERS, windowNumbers, type Window, type WindowNumbers } from './statistics.js';

/** How far a system is from what was seen. */
export interface Misfit {
  /** Sum of what each residual costs; infinite where the system cannot be simulated. */
  readonly total: number;
  /** In standard deviations of chance, window by window; NaN: not compared. */
  readonly residuals: Float64Array;
  /** How many are compared. */
  readonly compared: number;
}

/** Judges systems by the windows that are fitted to: with the same luck for each, so that a small change shows. */
export class Judge {
  readonly #observed: Observed;
  readonly #windows: readonly Window[];
  readonly #seen: readonly WindowNumbers[];
  #spreads: readonly WindowNumbers[];

  constructor(observed: Observed, windows: readonly Window[]) {
    this.#observed = observed;
    this.#windows = windows.filter(({ isHeldBack }) => !isHeldBack);
    this.#seen = this.#windows.map((window) =>
      this.#numbers(
        observed.timelines.map(({ calls }) => calls),
        window,
      ),
    );
    this.#spreads = this.#windows.map(() => LEAST_SPREAD);
  }

  /** Learns from `seeds` simulations of a system how far chance alone moves each number. */
  learnSpreads(system: SimulatedSystem, seeds = 6): void {
    const all = Array.from({ length: seeds }, (_, seed) => this.#simulated(system, FIRST_SEED + seed));
    this.#spreads = this.#windows.map((_, window) => {
      const of = (name: keyof WindowNumbers): number => {
        const values = all.map((numbers) => (numbers[window] as WindowNumbers)[name]).filter(Number.isFinite);
        return Math.hypot(deviation(values) * Math.sqrt(1 + 1 / SEEDS), LEAST_SPREAD[name]);
      };
      return numbersBy(of);
    });
  }

  /** By how much the total misfit of a system moves with the luck of the simulation alone. */
  luckOf(system: SimulatedSystem): number {
    return deviation(Array.from({ length: OTHER_LUCK }, (_, i) => this.misfit(system, SEEDS, 100 + i * SEEDS).total));
  }

  misfit(system: SimulatedSystem, seeds = SEEDS, firstSeed = 1): Misfit {
    const runs = Array.from({ length: seeds }, (_, seed) => this.#simulated(system, firstSeed + seed));
    const residuals = new Float64Array(this.#windows.length * WINDOW_NUMBERS.length).fill(NaN);
    let [total, compared] = [0, 0];
    this.#windows.forEach((_, window) => {
      WINDOW_NUMBERS.forEach((name, number) => {
        const seen = (this.#seen[window] as WindowNumbers)[name];
        if (Number.isNaN(seen)) return;
        const values = runs.map((numbers) => (numbers[window] as WindowNumbers)[name]).filter(Number.isFinite);
        // What was seen and cannot be simulated is as wrong as anything can be.
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        if (values.length === 0 && isOfPools(name)) return;
        const residual = values.length === 0 ? WORST : (mean - seen) / (this.#spreads[window] as WindowNumbers)[name];
        residuals[window * WINDOW_NUMBERS.length + number] = residual;
        total += costOf(residual);
        compared++;
      });
    });
    return { total, residuals, compared };
  }

  #simulated(system: SimulatedSystem, seed: number): readonly WindowNumbers[] {
    const rule = billedTimeOf(system, {});
    const calls = this.#observed.timelines.map((timeline) => simulateCalls(system, timeline, seed, rule));
    return this.#windows.map((window) => this.#numbers(calls, window));
  }

  #numbers(timelines: readonly Parameters<typeof windowNumbers>[0][], window: Window): WindowNumbers {
    return windowNumbers(timelines[window.timeline] as Parameters<typeof windowNumbers>[0], window);
  }
}

const SEEDS = 2;
const OTHER_LUCK = 6;
const FIRST_SEED = 1000;
const WORST = 30;
/** From this many deviations on, a residual costs in proportion: one odd window does not decide. */
const BEND = 3;

function costOf(residual: number): number {
  const size = Math.min(Math.abs(residual), WORST);
  return size <= BEND ? size * size : BEND * (2 * size - BEND);
}

/** A machine has no cold starts, and is not billed by request. */
function isOfPools(name: keyof WindowNumbers): boolean {
  return name === 'colds' || name === 'logBilled';
}

function numbersBy(of: (name: keyof WindowNumbers) => number): WindowNumbers {
  return Object.fromEntries(WINDOW_NUMBERS.map((name) => [name, of(name)])) as unknown as WindowNumbers;
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
