import { printable, UserError } from '../../errors.js';
import { bodyRulesReader, type BodyRules, hasBodyRules } from './body-rules.js';
import type { Answer } from './exchange.js';
import { type JsonRule, parseJsonRule } from './json-rule.js';

/** What counts as success: a status within the range, and what holds of the body. Plain data. */
export interface ExpectRule {
  readonly leastStatus: number;
  readonly mostStatus: number;
  readonly body: BodyRules;
}

const ANY_BODY: BodyRules = { holds: [], lacks: [], notEmpty: false, json: [] };

const ANY_2XX: ExpectRule = { leastStatus: 200, mostStatus: 299, body: ANY_BODY };

/** For help. */
export const EXPECT_SUMMARY = 'a success is 200, status:200-299, body~TEXT, json:.FIELD=VALUE, ...; repeatable';

const FORMS =
  '200, status=200, status:200-299, body (not empty), body~TEXT, body!~TEXT, json:.FIELD=VALUE or json:.FIELD';

type Range = readonly [least: number, most: number];

/** The rules of `--expect`, which hold together. Throws `UserError`. */
export function parseExpect(texts: readonly string[]): ExpectRule {
  const ranges: Range[] = [];
  const holds: string[] = [];
  const lacks: string[] = [];
  const json: JsonRule[] = [];
  for (const text of texts) {
    const range = statusRange(text);
    const field = text.startsWith('json:') ? parseJsonRule(text.slice('json:'.length)) : undefined;
    if (range !== undefined) ranges.push(range);
    else if (field !== undefined) json.push(field);
    else if (/^body~./s.test(text)) holds.push(text.slice('body~'.length));
    else if (/^body!~./s.test(text)) lacks.push(text.slice('body!~'.length));
    else if (text !== 'body') throw new UserError(`expect ${printable(text, 60)} is no rule; give one of ${FORMS}`);
  }
  return { ...withinAll(ranges), body: { holds, lacks, notEmpty: texts.includes('body'), json } };
}

function statusRange(text: string): Range | undefined {
  const status = /^(?:status[:=])?([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text);
  if (status === null) return undefined;
  const range: Range = [Number(status[1]), Number(status[2] ?? status[1])];
  if (range[0] > range[1]) throw new UserError('expect: give the lower status first, such as status:200-299');
  return range;
}

function withinAll(ranges: readonly Range[]): Omit<ExpectRule, 'body'> {
  if (ranges.length === 0) return ANY_2XX;
  const leastStatus = Math.max(...ranges.map(([least]) => least));
  const mostStatus = Math.min(...ranges.map(([, most]) => most));
  if (leastStatus > mostStatus)
    throw new UserError('expect: no status is within all of the ranges; give one, such as status:200-299');
  return { leastStatus, mostStatus };
}

export function isExpectedStatus({ leastStatus, mostStatus }: ExpectRule, status: number): boolean {
  return status >= leastStatus && status <= mostStatus;
}

/**
 * Why a complete answer is not what was expected, although its status is no failure of its own; null when all is well. A body
 * that no reader has seen is in the answer, whole.
 */
export function unexpected(rule: ExpectRule, { status, body, reader }: Answer): string | null {
  if (!isExpectedStatus(rule, status)) {
    const { leastStatus, mostStatus } = rule;
    const range = leastStatus === mostStatus ? String(leastStatus) : `${String(leastStatus)}-${String(mostStatus)}`;
    return `status ${String(status)}, expected ${range}`;
  }
  const trouble = reader === undefined ? wholeBodyTrouble(rule.body, body) : reader.end();
  return trouble === null ? null : `status ${String(status)}, but ${trouble}`;
}

function wholeBodyTrouble(rules: BodyRules, body: Uint8Array): string | null {
  if (!hasBodyRules(rules)) return null;
  const reader = bodyRulesReader(rules)();
  reader.take(body, 0, body.length);
  return reader.end();
}
