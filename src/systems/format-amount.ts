import type { ParameterUnit } from './system.js';

/** An amount as a system file says it, such that reading it gives the same number to `digits` digits. */
export function formatAmount(value: number, unit: ParameterUnit, digits = 15): string | number {
  if (value === Infinity) return 'unlimited';
  const text = plainDecimal(value, digits);
  if (unit === 'ms') return `${text}ms`;
  return unit === '/s' ? `${text}/s` : Number(text);
}

/** Without an exponent, which durations and rates do not take. */
function plainDecimal(value: number, digits: number): string {
  const text = String(Number(value.toPrecision(digits)));
  if (!text.includes('e')) return text;
  return value.toFixed(20).replace(/0+$/, '').replace(/\.$/, '');
}
