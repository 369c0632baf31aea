import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchCache } from '#src/backends/tensors/batch-cache';
import { instanceBatches } from '#src/backends/tensors/instance-batches';
import { memberSpan } from '#src/backends/tensors/member-span';
import { UserError } from '#src/errors';

/** As it is after a way through JSON, which knows no -0. */
const value = fc.jsonValue({ maxDepth: 3 }).map((one) => JSON.parse(JSON.stringify(one)) as unknown);
const key = fc.oneof(fc.constantFrom('instances', 'a"b', 'in\\stances', '__proto__', ''), fc.string());

/** An object as others may write it: spaces anywhere, names twice. */
const objectText = fc
  .record({ members: fc.array(fc.tuple(key, value), { maxLength: 6 }), space: fc.constantFrom('', ' ', '\n\t') })
  .map(({ members, space }) => {
    const texts = members.map(
      ([name, one]) => `${JSON.stringify(name)}${space}:${space}${JSON.stringify(one, null, space)}`,
    );
    return `${space}{${space}${texts.join(`${space},${space}`)}${space}}${space}`;
  });

describe('a member of an object', () => {
  it('is found as it is written: what parsers take for it, and undefined where they find none', () => {
    fc.assert(
      fc.property(objectText, key, (text, name) => {
        const parsed = JSON.parse(text) as Record<string, unknown>;
        const span = memberSpan(text, name);
        expect(span !== undefined).toBe(Object.hasOwn(parsed, name));
        if (span !== undefined) expect(JSON.parse(text.slice(span.start, span.end))).toEqual(parsed[name]);
      }),
      { numRuns: 500 },
    );
  });
});

const instances = fc.array(value, { minLength: 1, maxLength: 4 });
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('bodies joined', () => {
  it('hold the instances of all in order, and once what stands beside them', () => {
    const rest = fc
      .dictionary(fc.string({ maxLength: 3 }), value, { maxKeys: 2 })
      .filter((one) => !('instances' in one));
    fc.assert(
      fc.property(
        fc.array(instances, { minLength: 1, maxLength: 5 }),
        rest,
        fc.array(fc.nat(), { minLength: 1 }),
        (table, beside, picks) => {
          const bodies = table.map((list, i) => {
            const object = i % 2 === 0 ? { instances: list, ...beside } : { ...beside, instances: list };
            return encode(JSON.stringify(object, null, i % 3));
          });
          const batches = instanceBatches('test', bodies);
          const payloads = Uint32Array.from(picks, (pick) => pick % table.length);
          const body = batches.body(payloads);
          expect(JSON.parse(body.toString())).toEqual({
            ...beside,
            instances: [...payloads].flatMap((i) => table[i] ?? []),
          });
          expect(batches.bodyBytes(payloads)).toBe(body.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keep numbers as they are written', () => {
    const batches = instanceBatches('test', [
      encode('{"instances": [1.0, 1e2 ]}'),
      encode('{"instances":[12345678901234567890]}'),
    ]);
    expect(batches.body(Uint32Array.of(1, 0, 1)).toString()).toBe(
      '{"instances": [12345678901234567890,1.0, 1e2 ,12345678901234567890]}',
    );
  });

  it.each([
    [['{"instances":[1]}', '{"instances":[]}'], /payload 1 .* has no instances/],
    [['{"inputs":[1]}'], /payload 0 .* is no \{"instances"/],
    [['[1]'], /payload 0/],
    [['{'], /payload 0/],
    [['{"instances":[1],"a":1}', '{"instances":[1],"a":2}'], /payloads 0 and 1 .* differ/],
    [[], /--body or --payload/],
  ])('are refused where they have no place in a batch: %j', (texts, tells) => {
    const make = () => instanceBatches('test', texts.map(encode));
    expect(make).toThrow(UserError);
    expect(make).toThrow(tells);
  });
});

describe('an answer that is split', () => {
  const outcome = { ok: true, doneMs: 1 } as const;
  const prediction = fc.oneof(value, fc.constant(null));

  it('lacks those of whom an instance has no prediction, or null for one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 }),
        fc.array(prediction, { maxLength: 20 }),
        fc.constantFrom('predictions', 'results', 'bare', 'body'),
        (counts, all, form) => {
          const batches = instanceBatches(
            'test',
            counts.map((n) => encode(`{"instances":[${Array(n).fill(1).join()}]}`)),
          );
          const list = JSON.stringify(all);
          const body = JSON.stringify(`{"predictions":${list}}`);
          const text =
            form === 'bare'
              ? list
              : form === 'body'
                ? `{"statusCode":200,"body":${body}}`
                : `{"x":1,"${form}":${list}}`;
          const { lacking } = batches.split(outcome, Uint32Array.from(counts.keys()), encode(text));
          const wanted = counts.reduce((sum, count) => sum + count, 0);
          const owners = counts.flatMap((count, request) => Array<number>(count).fill(request));
          const missing = owners.filter((_, i) => (JSON.parse(list) as unknown[])[i] === null || i >= all.length);
          const expected = all.length > wanted ? [...counts.keys()] : [...new Set(missing)];
          expect(lacking?.at ?? []).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(['', 'ok', '{"predictions":7}', '{"outputs":[1,2]}', '{"predictions":[1', 'null', '{"body":"x"}'])(
    'lacks all where it is no list of predictions: %s',
    (text) => {
      const batches = instanceBatches('test', [encode('{"instances":[1]}')]);
      expect(batches.split(outcome, new Uint32Array(3), encode(text)).lacking?.at).toEqual([0, 1, 2]);
    },
  );

  it('reads NaN as TensorFlow Serving writes it, and leaves failures alone', () => {
    const batches = instanceBatches('test', [encode('{"instances":[1]}')]);
    const answer = encode('{"predictions": [[NaN, 1.0], [-Infinity],[ Infinity ]]}');
    expect(batches.split(outcome, new Uint32Array(3), answer)).toEqual(outcome);
    const failed = { ok: false, failure: 'server-error', detail: 'x' } as const;
    expect(batches.split(failed, new Uint32Array(3), encode('x'))).toBe(failed);
  });
});

it('what a batch is sent as is made once for each content, and kept only while it is little', () => {
  let made = 0;
  const size = 40 * 2 ** 20;
  const cached = batchCache(
    (payloads) => ({ payloads: [...payloads], nth: ++made }),
    () => size,
  );
  const of = (...payloads: number[]): number => cached(Uint32Array.from(payloads)).nth;
  // A fourth does not fit beside three.
  expect([of(1, 1), of(1, 1, 1), of(1, 1), of(1, 2), of(2, 1), of(1, 2)]).toEqual([1, 2, 1, 3, 4, 5]);
});
