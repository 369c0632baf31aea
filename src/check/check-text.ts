import { printable } from '../errors.js';
import type { CheckStep } from './check-step.js';

const STATES = { ok: 'ok', failed: 'FAILED', skipped: '-' } as const;

/** `ok      address      ...`: one line a step. */
export function checkText({ state, name, text }: CheckStep): string {
  return `${STATES[state].padEnd(7)} ${name.padEnd(11)} ${printable(text, 2000)}\n`;
}
