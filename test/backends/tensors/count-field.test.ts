import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countField } from '#src/backends/tensors/count-field';
import { loadDescription } from '#src/backends/grpc/grpc-runtime';

const M = (
  await loadDescription({
    nested: {
      M: {
        fields: {
          a: { rule: 'repeated', type: 'string', id: 1 },
          b: { rule: 'repeated', type: 'M', id: 2 },
          c: { type: 'double', id: 3 },
          d: { type: 'sint64', id: 4 },
          e: { type: 'fixed32', id: 5 },
          f: { type: 'bytes', id: 2000 },
          g: { rule: 'repeated', type: 'M', id: 536870911 },
        },
      },
    },
  })
).message('M');

const message = fc.record({
  a: fc.array(fc.string(), { maxLength: 4 }),
  b: fc.array(fc.record({ a: fc.array(fc.string(), { maxLength: 2 }) }), { maxLength: 4 }),
  c: fc.double(),
  d: fc.maxSafeInteger(),
  e: fc.nat(),
  f: fc.uint8Array({ maxLength: 300 }),
  g: fc.array(fc.constant({}), { maxLength: 3 }),
});

it('counts what an encoder wrote, at the top level alone', () => {
  fc.assert(
    fc.property(message, (fields) => {
      const bytes = M.encode(fields);
      expect(countField(bytes, 1)).toBe(fields.a.length);
      expect(countField(bytes, 2)).toBe(fields.b.length);
      expect(countField(bytes, 536870911)).toBe(fields.g.length);
      expect(countField(bytes, 7)).toBe(0);
    }),
  );
});

it('adds up over messages one after another', () => {
  fc.assert(
    fc.property(message, message, (one, other) => {
      const bytes = Buffer.concat([M.encode(one), M.encode(other)]);
      expect(countField(bytes, 2)).toBe(one.b.length + other.b.length);
    }),
  );
});

it('throws or ends on anything, and never runs on', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        expect(countField(bytes, 1)).toBeLessThanOrEqual(bytes.length);
      } catch (thrown) {
        expect(String(thrown)).toMatch(/it (ends inside|has a field)/);
      }
    }),
  );
});
