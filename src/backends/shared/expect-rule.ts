import { printable, UserError } from '../../errors.js';
import type { Answer } from './exchange.js';

/** What counts as success: a status within the range, and a body that holds every one of the texts. */
export interface ExpectRule {
  readonly leastStatus: number;
  readonly mostStatus: number;
  readonly bodyHolds: readonly string[];
}

export const ANY_2XX: ExpectRule = { leastStatus: 200, mostStatus: 299, bodyHolds: [] };

/** `status:200`, `status:200-299`, `body~text`; several hold together. Throws `UserError`. */
export function parseExpect(texts: readonly string[]): ExpectRule {
  const ranges: (readonly [least: number, most: number])[] = [];
  const bodyHolds: string[] = [];
  for (const text of texts) {
    const status = /^status:(\d{3})(?:-(\d{3}))?$/.exec(text);
    if (status !== null) ranges.push([Number(status[1]), Number(status[2] ?? status[1])]);
    else if (text.startsWith('body~') && text.length > 5) bodyHolds.push(text.slice(5));
    else
      throw new UserError(
        `expect ${printable(text, 60)}: give status:200-299, or body~ and a text the answer must hold`,
      );
  }
  if (ranges.some(([least, most]) => least > most))
    throw new UserError('expect: give the lower status first, such as status:200-299');
  return { ...withinAll(ranges), bodyHolds };
}

function withinAll(ranges: readonly (readonly [least: number, most: number])[]): Omit<ExpectRule, 'bodyHolds'> {
  if (ranges.length === 0) return ANY_2XX;
  const leastStatus = Math.max(...ranges.map(([least]) => least));
  const mostStatus = Math.min(...ranges.map(([, most]) => most));
  if (leastStatus > mostStatus)
    throw new UserError('expect: no status is within all of the ranges; give one, such as status:200-299');
  return { leastStatus, mostStatus };
}

/** What `unexpected` looks for in bodies. */
export function needlesOf({ bodyHolds }: ExpectRule): readonly Buffer[] {
  return bodyHolds.map((text) => Buffer.from(text, 'utf8'));
}

/** Why a complete answer is not what was expected, although its status is no failure of its own; null when all is well. */
export function unexpected(rule: ExpectRule, needles: readonly Buffer[], { status, body }: Answer): string | null {
  if (status < rule.leastStatus || status > rule.mostStatus) {
    const range =
      rule.leastStatus === rule.mostStatus
        ? String(rule.leastStatus)
        : `${String(rule.leastStatus)}-${String(rule.mostStatus)}`;
    return `status ${String(status)}, expected ${range}`;
  }
  if (needles.length === 0) return null;
  const text = Buffer.from(body.buffer, body.byteOffset, body.length);
  if (needles.every((needle) => text.includes(needle))) return null;
  return `status ${String(status)}, but the body does not hold the expected text`;
}
