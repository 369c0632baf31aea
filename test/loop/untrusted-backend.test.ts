import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call } from '#src/backends/backend';
import type { VirtualClock } from '#src/time/virtual-clock';
import { COLD_STARTS, type Outcome } from '#src/sample';
import { type Load, runShard } from './run-shard.js';

describe('what a plugin may do wrong', () => {
  const wrong: Record<string, (call: Call, clock: VirtualClock) => unknown> = {
    'throws at once': () => {
      throw new Error('no \u001b[31mgood');
    },
    rejects: () => Promise.reject(new Error('no good')),
    'rejects with nothing': () => Promise.reject(undefined as unknown as Error),
    'rejects with what has no text': () => Promise.reject(Object.create(null) as Error),
    'rejects with an error whose message is no text': () =>
      Promise.reject(Object.assign(new Error(), { message: { toString: null } })),
    'returns nothing': () => undefined,
    'returns no promise': () => ({ ok: true }),
    'answers nothing': () => Promise.resolve(undefined),
    'answers null': () => Promise.resolve(null),
    'answers a text': () => Promise.resolve('ok'),
    'answers an unknown failure': () => Promise.resolve({ ok: false, failure: 'tired', detail: '' }),
    'answers a failure without a detail': () => Promise.resolve({ ok: false, failure: 'cut' }),
    'answers neither well nor ill': () => Promise.resolve({ ok: 'yes' }),
    'answers what throws when it is read': () =>
      Promise.resolve({
        get ok(): boolean {
          throw new Error('trap');
        },
      }),
    'answers what throws when its times are read': () =>
      Promise.resolve({
        ok: true,
        get doneMs(): number {
          throw new Error('trap');
        },
      }),
  };

  test.each(Object.entries(wrong))('%s: crashed, and the others go on', async (_, invoke) => {
    const ran = await runShard({
      dueMs: [0, 10, 20],
      invoke: (call, clock) => {
        if (call.seq !== 1) return Promise.resolve({ ok: true });
        return invoke(call, clock) as Promise<Outcome>;
      },
    });
    expect(ran.rows.map(({ outcome }) => outcome)).toEqual(['ok', 'crashed', 'ok']);
    expect(ran.rows[1]).toMatchObject({ handedMs: 10, doneMs: 10 });
    expect(ran.rows[1]?.detail).toMatch(/^[\u0020-\u007e]+$/);
    expect(ran.inFlight).toBe(0);
  });

  test('times outside [handed, now] are brought inside, in order; what is no number is missing', async () => {
    const anything = fc.oneof(
      fc.double(),
      fc.double({ min: 0, max: 150, noNaN: true }),
      fc.constantFrom<unknown>(undefined, null, 'soon', {}, 5n, Symbol('s'), true),
    );
    const times = fc.record({
      sentMs: anything,
      doneMs: anything,
      doneEarliestMs: anything,
      handshakeMs: anything,
      serverMs: anything,
      coldStart: fc.oneof(anything, fc.constantFrom(...COLD_STARTS)),
    });
    await fc.assert(
      fc.asyncProperty(times, async (told) => {
        const invoke: Load['invoke'] = async (_, clock) => {
          await clock.until(100);
          return { ok: true, ...told } as unknown as Outcome;
        };
        const { rows } = await runShard({ dueMs: [50], invoke });
        const [row] = rows;
        if (row === undefined) throw new Error('no row');
        const { handedMs, sentMs, doneEarliestMs, doneMs, handshakeMs, serverMs } = row;
        const known = [50, handedMs, sentMs, doneEarliestMs, doneMs, 100].filter((ms) => !Number.isNaN(ms));
        expect(known).toEqual(known.toSorted((a, b) => a - b));
        expect(doneMs).not.toBeNaN();
        expect(Number.isNaN(sentMs)).toBe(!isNumber(told.sentMs));
        expect(Number.isNaN(doneEarliestMs)).toBe(!isNumber(told.doneEarliestMs));
        for (const lengthMs of [handshakeMs, serverMs]) expect(lengthMs < 0 || lengthMs === Infinity).toBe(false);
        expect(COLD_STARTS[row.coldStart]).toBeDefined();
        if (isNumber(told.doneMs) && told.doneMs >= 50 && told.doneMs <= 100) expect(doneMs).toBe(told.doneMs);
      }),
      { numRuns: 200 },
    );
  });
});

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}
