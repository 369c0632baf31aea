import type { Random } from '../generator/random.js';
import type { SimulatedSystem } from '../systems/system.js';
import { choicesOf, fittedToStructure, parametersOf, withValues } from '../systems/vary-system.js';
import type { Layers } from './draw-plan.js';

/**
 * The system with its unknown numbers drawn from their ranges and its open choices from their options. Each has a stream of its
 * own, named by system and path: variants of a system share their luck, different systems do not.
 */
export function drawSystem(system: SimulatedSystem, layers: Layers, random: Random): SimulatedSystem {
  const structured = layers.structure ? withDrawnChoices(system, random) : system;
  return layers.parameters ? withDrawnParameters(fittedToStructure(structured), random) : structured;
}

function withDrawnChoices(system: SimulatedSystem, random: Random): SimulatedSystem {
  const values = new Map<string, string>();
  for (const { path, what } of choicesOf(system)) {
    if (what.options.length < 2 || what.role === 'fixed') continue;
    const drawn = what.options[random.split(`${system.name} ${path}`).below(what.options.length)];
    values.set(path, drawn ?? what.value);
  }
  return values.size === 0 ? system : withValues(system, values);
}

function withDrawnParameters(system: SimulatedSystem, random: Random): SimulatedSystem {
  const values = new Map<string, number>();
  for (const { path, what } of parametersOf(system)) {
    if (what.range === undefined || what.role === 'fixed') continue;
    const drawn = within(what.range, random.split(`${system.name} ${path}`).uniform());
    values.set(path, what.unit === 'count' ? Math.round(drawn) : drawn);
  }
  return values.size === 0 ? system : withValues(system, values);
}

/** Logarithmically uniform: a range is a factor around a size, and its ends are equally far from what is in between. */
export function within([low, high]: readonly [low: number, high: number], share: number): number {
  if (low <= 0 || !Number.isFinite(high)) return low + (Number.isFinite(high) ? high - low : 0) * share;
  return low * (high / low) ** share;
}
