import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRunConfig, type KnownFlags } from '#src/config/parse-run-config';
import { isUserError } from '#src/errors';

const FLAGS: KnownFlags = {
  timeout: { type: 'option', place: 'of a system' },
  speed: { type: 'option', place: 'for all' },
  header: { type: 'option', multiple: true, place: 'of a system' },
  html: { type: 'boolean', allowNo: true, place: 'of a system' },
  http2: { type: 'boolean', place: 'of a system' },
  machine: { type: 'option', place: 'of a system' },
  json: { type: 'boolean', place: { refused: 'give --format json' } },
  out: { type: 'option', place: 'own key' },
  set: { type: 'option', multiple: true, place: 'own key' },
  backend: { type: 'option', place: 'own key' },
};

test('systems become arguments; what one says itself goes before what is said for all', () => {
  const text = `
trace: t.json
repeat: 3
timeout: 5s
speed: 2
html: false
http2: false
header: ['a: 1', 'b: 2']
systems:
  - { backend: simulated, set: { servers: 4, service: 20ms } }
  - { name: second, backend: http, timeout: 9s, header: 'c: 3', machine: aws:t2.2xlarge }
`;
  expect(parseRunConfig(text, FLAGS)).toEqual({
    repeat: 3,
    varySeed: false,
    secrets: [],
    systems: [
      {
        name: 'simulated',
        args: ['--timeout=5s', '--speed=2', '--header=a: 1', '--header=b: 2', '--no-html', 't.json', '--backend=simulated', '--set=servers=4', '--set=service=20ms'], // prettier-ignore
      },
      {
        name: 'second',
        args: ['--speed=2', '--header=a: 1', '--header=b: 2', '--no-html', 't.json', '--backend=http', '--timeout=9s', '--header=c: 3', '--machine=aws:t2.2xlarge'], // prettier-ignore
      },
    ],
  });
});

test.each([
  ['trase: t.json\nsystems: [{backend: a}]', 'unknown key trase; did you mean trace?'],
  ['systems: [{bakend: a}]', 'systems[0] has the unknown key bakend; did you mean backend?'],
  ['systems: [{backend: a, speed: 2}]', 'the same for all systems'],
  ['systems: [{backend: a, out: x}]', 'the key out; it is the same for all systems'],
  ['json: true\nsystems: [{backend: a}]', 'the key json, which is refused: give --format json'],
  ['systems: []', 'systems: give a list'],
  ['systems: [{backend: a}, {backend: a}]', 'two systems are called a'],
  ['systems: [{backend: a, name: ../b}]', 'name ../b: give'],
  ['systems: [{name: b}]', 'systems[0]: backend is missing'],
  ['systems: [{backend: a, set: 5}]', 'systems[0].set must hold keys and values'],
  ['repeat: 0\nsystems: [{backend: a}]', 'repeat must be a whole number'],
  ['html: maybe\nsystems: [{backend: a}]', 'html must be true or false'],
  ['trace: "-"\nsystems: [{backend: a}]', 'standard input'],
  ['a: 1\na: 2', '2:1: it is no YAML'],
  ['[1, 2]', 'the file must hold keys and values'],
])('%j: %s', (text, why) => {
  expect(() => parseRunConfig(text, FLAGS)).toThrow(why);
});

test('no text does worse than an error for the user', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json(), fc.constantFrom('&a [*a]', '!!js/function x', 'systems: &s [*s]')),
      (text) => {
        try {
          parseRunConfig(text, FLAGS);
        } catch (thrown) {
          expect(isUserError(thrown), String(thrown)).toBe(true);
        }
      },
    ),
  );
});
