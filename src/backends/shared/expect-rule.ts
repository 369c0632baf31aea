import { printable, UserError } from '../../errors.js';
import type { Answer } from './exchange.js';

/** What counts as success: a status within the range and, where given, a body that holds a text. */
export interface ExpectRule {
  readonly leastStatus: number;
  readonly mostStatus: number;
  readonly bodyHolds: string | null;
}

export const ANY_2XX: ExpectRule = { leastStatus: 200, mostStatus: 299, bodyHolds: null };

/** `status:200`, `status:200-299`, `body~text`; several hold together. Throws `UserError`. */
export function parseExpect(texts: readonly string[]): ExpectRule {
  let rule = ANY_2XX;
  for (const text of texts) {
    const status = /^status:(\d{3})(?:-(\d{3}))?$/.exec(text);
    if (status !== null) rule = { ...rule, leastStatus: Number(status[1]), mostStatus: Number(status[2] ?? status[1]) };
    else if (text.startsWith('body~') && text.length > 5) rule = { ...rule, bodyHolds: text.slice(5) };
    else
      throw new UserError(
        `expect ${printable(text, 60)}: give status:200-299, or body~ and a text the answer must hold`,
      );
  }
  if (rule.leastStatus > rule.mostStatus)
    throw new UserError('expect: give the lower status first, such as status:200-299');
  return rule;
}

/** Why a complete answer is not what was expected, although its status is no failure of its own; null when all is well. */
export function unexpected(rule: ExpectRule, needle: Buffer | null, { status, body }: Answer): string | null {
  if (status < rule.leastStatus || status > rule.mostStatus) {
    const range =
      rule.leastStatus === rule.mostStatus
        ? String(rule.leastStatus)
        : `${String(rule.leastStatus)}-${String(rule.mostStatus)}`;
    return `status ${String(status)}, expected ${range}`;
  }
  if (needle === null || Buffer.from(body.buffer, body.byteOffset, body.length).includes(needle)) return null;
  return `status ${String(status)}, but the body does not hold the expected text`;
}
