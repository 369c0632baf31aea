import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { parseDurationMs } from '../text/quantities.js';
import { withMemory } from './with-memory.js';
import type { SimulatedSystem } from './system.js';
import { choicesOf, parametersOf, withKnown, withValues } from './vary-system.js';

/** A system with values as a person writes them, `pool.idleLifetime: 300s`; no draw varies these. Throws `UserError` that names the path. */
export function withTexts(system: SimulatedSystem, texts: Readonly<Record<string, string>>): SimulatedSystem {
  const { memory, ...paths } = texts;
  const base = memory === undefined ? system : withMemory(system, wholeMb(memory));
  const values = new Map<string, number | string>();
  for (const [path, text] of Object.entries(paths)) values.set(path, valueOf(base, path, text));
  return values.size === 0 ? base : withKnown(withValues(base, values), [...values.keys()]);
}

function wholeMb(text: string): number {
  const value = /^\d{1,5}$/.test(text.trim()) ? Number(text) : NaN;
  if (value >= 1) return value;
  throw new UserError(`memory ${printable(text, 40)}: give whole megabytes, such as 1024`);
}

function valueOf(system: SimulatedSystem, path: string, text: string): number | string {
  const parameter = parametersOf(system).find((one) => one.path === path)?.what;
  const choice = choicesOf(system).find((one) => one.path === path)?.what;
  if (choice !== undefined) {
    if (choice.options.includes(text)) return text;
    throw new UserError(`${path} ${printable(text, 40)}: give one of ${choice.options.join(', ')}`);
  }
  if (parameter === undefined) {
    const near = nearest(
      path,
      [...parametersOf(system), ...choicesOf(system)].map((one) => one.path),
    );
    throw new UserError(
      `system ${system.name} has no parameter ${printable(path, 60)}; ${near === undefined ? `replay system show ${system.name} lists them` : `did you mean ${near}?`}`,
    );
  }
  if (parameter.unit === 'ms' && /[a-z]/i.test(text)) return durationOf(path, text);
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < Infinity) return value;
  throw new UserError(
    `${path} ${printable(text, 40)}: give a number of at least 0${parameter.unit === 'ms' ? ', or a time such as 250ms' : ''}`,
  );
}

function durationOf(path: string, text: string): number {
  try {
    return parseDurationMs(text);
  } catch (thrown) {
    throw new UserError(`${path} ${printable(text, 40)}: ${thrown instanceof Error ? thrown.message : ''}`);
  }
}
