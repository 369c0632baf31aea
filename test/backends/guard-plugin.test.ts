import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkedFacts, guardPlugin } from '#src/backends/registry';
import type { BackendPlugin } from '#src/backends/backend';
import { isUserError } from '#src/errors';

const PLUGIN: BackendPlugin = {
  name: 'mine',
  summary: '',
  waits: 'on-the-world',
  knowsSent: false,
  publicOptions: [],
  parseOptions: () => ({}),
  create: () => ({ invoke: () => Promise.resolve({ ok: true }) }),
};

const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
  fc.constantFrom<unknown>(Symbol('s'), () => 1, new Proxy({}, { get: () => 1n }), Promise.resolve()),
);

it('facts of any kind become a record that JSON holds as it is', () => {
  fc.assert(
    fc.property(anything, (told) => {
      const { facts } = checkedFacts(told);
      const text = JSON.stringify(facts);
      expect(JSON.stringify(JSON.parse(text))).toBe(text);
      expect(Object.keys(JSON.parse(text) as object)).toEqual(Object.keys(facts));
    }),
  );
});

it('a hook that throws anything is a UserError that names it; one that returns anything is sound or refused', async () => {
  await fc.assert(
    fc.asyncProperty(anything, async (value) => {
      const throwing = guardPlugin(
        {
          ...PLUGIN,
          parseOptions: () => {
            throw value;
          },
        },
        '/mine.js',
      );
      expect(() => throwing.parseOptions({})).toThrow(/^backend mine \(\/mine\.js\): parseOptions failed: /);
      const returning = guardPlugin(
        { ...PLUGIN, setUp: () => value as never, maxWorkers: () => value as never },
        '/mine.js',
      );
      const how = {
        payloads: [],
        mostInFlight: 1,
        progress: () => undefined,
        env: {},
        signal: new AbortController().signal,
      };
      try {
        structuredClone((await returning.setUp?.({}, how))?.options);
        expect(returning.maxWorkers?.({})).toBeGreaterThanOrEqual(1);
      } catch (thrown) {
        expect(isUserError(thrown), String(thrown)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});
