import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUserError, messageOf } from '#src/errors';
import { packValues } from '#src/trace-file/column-block';
import type { ColumnSpec, ColumnType, ColumnValue } from '#src/trace';
import { matchRows } from '#src/where/match-rows';
import { parseWhere } from '#src/where/parse-where';

type Value = ColumnValue | undefined;
type Row = readonly Value[];

const SPECS: readonly ColumnSpec[] = [
  { name: 'trigger', type: 'text' },
  { name: 'inputTokens', type: 'number' },
  { name: 'cached', type: 'boolean' },
  { name: 'prefix blocks', type: 'numbers' },
  { name: 'and', type: 'text' },
];

function holds(text: string, rows: readonly Row[]): boolean[] {
  const columns = SPECS.map(({ type }, i) =>
    packValues(
      type,
      rows.map((row) => row[i]),
    ),
  );
  return [...matchRows(parseWhere(text, SPECS), columns, rows.length)].map(Boolean);
}

const ROWS: readonly Row[] = [
  ['http', 10, true, [1], 'x'],
  ['timer', 20, false, [], undefined],
  [undefined, undefined, undefined, undefined, 'it\'s "a"'],
];

describe('a condition', () => {
  it.each([
    ['trigger = http', [true, false, false]],
    ["trigger = 'http'", [true, false, false]],
    ['"trigger" == "http"', [true, false, false]],
    ['trigger != http', [false, true, true]],
    ['not trigger = http', [false, true, true]],
    ['trigger in (http, timer)', [true, true, false]],
    ['trigger NOT IN (http, "x")', [false, true, true]],
    ['trigger = null', [false, false, true]],
    ['trigger <> null', [true, true, false]],
    ['trigger in (timer, null)', [false, true, true]],
    ['trigger > http', [false, true, false]],
    ['inputTokens >= 10 and inputTokens < 2e1', [true, false, false]],
    ['inputTokens<=20', [true, true, false]],
    ['not inputTokens <= 20', [false, false, true]],
    ['cached = true', [true, false, false]],
    ['cached != TRUE', [false, true, true]],
    ['"prefix blocks" = null', [false, false, true]],
    ["'prefix blocks' != null", [true, true, false]],
    ['"and" = x and trigger = http or inputTokens = 20', [true, true, false]],
    ['trigger = http and ("and" = x or inputTokens = 20)', [true, false, false]],
    ['not (trigger = http or trigger = timer)', [false, false, true]],
    ['"and" = "it\'s \\"a\\""', [false, false, true]],
  ] as [string, boolean[]][])('%s', (text, expected) => {
    expect(holds(text, ROWS)).toEqual(expected);
  });

  it.each([
    ['', /character 1: the end stands where the name/],
    ['trigger', /character 8: the end stands where =/],
    ['trigger = ', /character 11: the end stands where a value/],
    ['trigger = = http', /character 11: "=" stands where a value/],
    ['triger = http', /character 1: there is no column "triger"; did you mean "trigger"\?/],
    ['cost > 5', /no column "cost"; there are "trigger"/],
    ['inputTokens = abc', /character 15: "abc" is no value of "inputTokens", a column of numbers/],
    ['cached = 1', /column of true and false/],
    ['cached < true', /character 8: "cached" has no order/],
    ['"prefix blocks" = 1', /lists/],
    ['inputTokens < null', /null has no order/],
    ['trigger = a b', /character 13: "b" stands where "and"/],
    ["trigger = 'a", /character 11: a quote is never closed/],
    ['(trigger = a', /character 13: the end stands where \) is due/],
    ['trigger in http', /character 12: "http" stands where \( is due/],
    ['trigger ! a', /character 9: "!" belongs to no condition/],
    ['trigger not a', /"in" is due/],
    [`${'('.repeat(200)}trigger = a${')'.repeat(200)}`, /nested too deep/],
    [`${'not '.repeat(200)}trigger = a`, /nested too deep/],
  ])('%j is refused', (text, tells) => {
    expect(() => parseWhere(text, SPECS)).toThrow(tells);
  });

  it('selects as the same condition over plain values does', () => {
    const value: Readonly<Record<ColumnType, fc.Arbitrary<Value>>> = {
      text: fc.constantFrom('http', 'timer', "it's", '', undefined),
      number: fc.constantFrom(0, 1, 2.5, -3, undefined),
      boolean: fc.constantFrom(true, false, undefined),
      numbers: fc.constantFrom([1, 2], [], undefined),
    };
    const rows = fc.array(fc.tuple(...SPECS.map(({ type }) => value[type])), { minLength: 1, maxLength: 20 });
    type Made = { readonly text: string; readonly is: (row: Row) => boolean };
    const leaf: fc.Arbitrary<Made> = fc.oneof(
      fc
        .constantFrom('http', 'timer', "it's")
        .map((word): Made => ({ text: `trigger = ${JSON.stringify(word)}`, is: ([text]) => text === word })),
      fc.constantFrom('<', '<=', '>', '>=').chain((operator) =>
        fc.constantFrom(0, 1, 2.5).map((limit): Made => ({
          text: `inputTokens ${operator} ${String(limit)}`,
          is: (row) => {
            const given = row[1] as number | undefined;
            if (given === undefined) return false;
            return (
              { '<': given < limit, '<=': given <= limit, '>': given > limit, '>=': given >= limit }[operator] ?? false
            );
          },
        })),
      ),
      fc.constant<Made>({ text: 'cached in (true, null)', is: (row) => row[2] !== false }),
    );
    const { made } = fc.letrec<{ made: Made }>((tie) => ({
      made: fc.oneof(
        { maxDepth: 4 },
        leaf,
        tie('made').map(({ text, is }): Made => ({ text: `not (${text})`, is: (row) => !is(row) })),
        fc
          .tuple(tie('made'), tie('made'))
          .map(([a, b]): Made => ({ text: `(${a.text}) and (${b.text})`, is: (row) => a.is(row) && b.is(row) })),
        fc.tuple(tie('made'), tie('made')).map(([a, b]): Made => ({
          text: `(${a.text}) or ${b.text.startsWith('(') ? `(${b.text})` : b.text}`,
          is: (row) => a.is(row) || b.is(row),
        })),
      ),
    }));
    fc.assert(
      fc.property(made, rows, ({ text, is }, all) => {
        expect(holds(text, all)).toEqual(all.map(is));
      }),
      { numRuns: 200 },
    );
  });

  it('of any text is a condition or one line that says what to do', () => {
    const piece = fc.constantFrom(
      'trigger',
      'inputTokens',
      '=',
      '<',
      '(',
      ')',
      ',',
      'and',
      'or',
      'not',
      'in',
      'null',
      '"x"',
      "'",
      '5',
      '\\',
      'é',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(' ')),
          fc.string(),
        ),
        (text) => {
          try {
            parseWhere(text, SPECS);
          } catch (thrown) {
            expect(isUserError(thrown)).toBe(true);
            expect(messageOf(thrown)).toMatch(/^--where, character \d+: .+/);
            expect(messageOf(thrown)).not.toMatch(/[\u0000-\u001f]/u);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
