import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UserError } from '#src/errors';
import { filled, parseStrictTemplate, parseTemplate, type Template } from '#src/text/template';

const fill = (template: Template): string =>
  filled(template, (name) => ({ seq: '7', run: 'RUN', uuid: 'UUID' })[name] ?? '');

it.each([
  ['{"id":{seq}}', '{"id":7}'],
  ['{"a":{"b":{seq}}}', '{"a":{"b":7}}'],
  ['{"id":"{seq}-{run}/{uuid}"}', '{"id":"7-RUN/UUID"}'],
  ['[{seq},{seq}]', '[7,7]'],
  ['{seq}{seq}', '77'],
  ['{{seq}}', '{seq}'],
  ['{{{seq}}}', '{{seq}}'],
  ['{{seq}', '{7'],
  ['{seq}}', '7}'],
  ['{a{seq}b}', '{a7b}'],
])('fills in %s', (text, expected) => {
  expect(fill(parseTemplate(text))).toBe(expected);
});

it.each([
  '{"a":1}',
  '{ "seq": 1 }',
  '{"seq":1}',
  '{ seq }',
  '{}',
  '{{}}',
  '{{name}}',
  '{foo}',
  '{SEQ}',
  '{seq',
  'seq}',
  '',
])('leaves %s as it is', (text) => {
  expect(parseTemplate(text)).toEqual({ literals: [text], placeholders: [] });
});

it('leaves every text without a placeholder byte for byte, and any text can be written', () => {
  const brace = fc.string({ unit: fc.constantFrom('{', '}', 'seq', 'run', 'a', '"', ' ') });
  fc.assert(
    fc.property(fc.oneof(brace, fc.json()), (text) => {
      const doubled = text.replace(
        /(?<!\{)(\{+)(seq|run|uuid)(\}+)/g,
        (_all, open: string, name: string, close: string) =>
          open.length < close.length
            ? `{${open}${name}${'}'.repeat(open.length + 1)}${close.slice(open.length)}`
            : `${open}{${name}}${close}`,
      );
      expect(fill(parseTemplate(doubled))).toBe(text);
      if (doubled === text) expect(parseTemplate(text).placeholders).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

it('takes time in proportion to the text, however many braces it has', () => {
  const text = '{'.repeat(1_000_000) + 'seq' + '}'.repeat(1_000_000);
  expect(fill(parseTemplate(text)).length).toBe(text.length - 2);
});

it('where every name has to be known, another is refused with those that are', () => {
  expect(() => parseStrictTemplate('/a/{foo}', 'path')).toThrow(UserError);
  expect(() => parseStrictTemplate('/a/{foo}', 'path')).toThrow(
    'path: {foo} is not a placeholder; give one of {seq}, {run}, {uuid}, or {{foo}} for the text {foo}',
  );
  expect(fill(parseStrictTemplate('{{foo}} {{seq}} {seq} {"a":1} {}', 'path'))).toBe('{foo} {seq} 7 {"a":1} {}');
});
