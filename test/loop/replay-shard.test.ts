import fc from 'fast-check';
import type { SentTimes } from '#src/backends/backend';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '#src/sample';
import { type Load, runShard } from './run-shard.js';

/** Arrival times: bursts (equal times) and any fraction of a ms. */
const dueTimes = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.double({ min: 0, max: 500, noNaN: true })), { maxLength: 80 })
  .map((times) => times.sort((a, b) => a - b));
/** How long the service takes for each request in turn; null: it never answers. */
const service = fc.array(fc.option(fc.double({ min: 0, max: 400, noNaN: true }), { freq: 5 }), { minLength: 1 });
/** Any timeout, and some at which handed + timeout - timeout is not handed in floating point. */
const timeout = fc.oneof(fc.double({ min: 0.5, max: 300, noNaN: true }), fc.constantFrom(0.1, 100, 30_000));

const RUNS = { numRuns: 60 };

type Invoke = Load['invoke'];
const never = (): Promise<Outcome> => new Promise(() => undefined);

/** Answers request i after `tookMs[i]`, around again. */
function answersAfter(tookMs: readonly (number | null)[]): Invoke {
  return async (call, clock) => {
    const took = tookMs[call.seq % tookMs.length] ?? null;
    if (took === null) return never();
    await clock.until(call.handedMs + took);
    return { ok: true, sentMs: call.handedMs, doneMs: clock.now() };
  };
}

describe('replayShard', () => {
  test('hands every request over at its due time, whatever the service does', async () => {
    await fc.assert(
      fc.asyncProperty(dueTimes, service, timeout, async (dueMs, tookMs, timeoutMs) => {
        const ran = await runShard({ dueMs, invoke: answersAfter(tookMs), timeoutMs });
        expect(ran.rows.map(({ seq }) => seq)).toEqual(dueMs.map((_, i) => i));
        expect(ran.rows.map(({ handedMs }) => handedMs)).toEqual(dueMs);
        expect(ran.inFlight).toBe(0);
      }),
      RUNS,
    );
  });

  test('an answer before the timeout counts; the others time out at exactly handed + timeout', async () => {
    await fc.assert(
      fc.asyncProperty(dueTimes, service, timeout, async (dueMs, tookMs, timeoutMs) => {
        const ran = await runShard({ dueMs, invoke: answersAfter(tookMs), timeoutMs });
        for (const { seq, handedMs, outcome, doneMs } of ran.rows) {
          const took = tookMs[seq % tookMs.length] ?? Infinity;
          // At the very moment of the timeout either may come first.
          if (handedMs + took !== handedMs + timeoutMs)
            expect(outcome).toBe(handedMs + took < handedMs + timeoutMs ? 'ok' : 'timeout');
          expect(doneMs).toBe(handedMs + Math.min(took, timeoutMs));
        }
        const lastMs = Math.max(0, ...ran.rows.map(({ doneMs }) => doneMs));
        expect(ran.endedMs).toBe(lastMs);
      }),
      RUNS,
    );
  });

  test('ends although 30,000.1 - 30,000 is less than 0.1', async () => {
    const { rows } = await runShard({ dueMs: [0.1], invoke: never, timeoutMs: 30_000 });
    expect(rows).toMatchObject([{ outcome: 'timeout', doneMs: 30_000.1 }]);
  });

  test('sheds above the limit of requests in flight, and never otherwise', async () => {
    await fc.assert(
      fc.asyncProperty(dueTimes, service, fc.integer({ min: 1, max: 6 }), async (dueMs, tookMs, limit) => {
        let open = 0;
        const invoke: Invoke = async (call, clock) => {
          expect(++open).toBeLessThanOrEqual(limit);
          return answersAfter(tookMs)(call, clock);
        };
        const ran = await runShard({ dueMs, invoke: counted(invoke, () => open--), limit, timeoutMs: 200 });
        ran.rows.forEach((row, i) => {
          // Whatever ends at this very moment may have left or not.
          const before = ran.rows.slice(0, i).filter(({ outcome }) => outcome !== 'shed');
          const surely = before.filter(({ doneMs }) => doneMs > row.handedMs).length;
          const perhaps = before.filter(({ doneMs }) => doneMs >= row.handedMs).length;
          if (row.outcome === 'shed') expect(perhaps).toBeGreaterThanOrEqual(limit);
          else expect(surely).toBeLessThan(limit);
          if (row.outcome === 'shed') expect(row.doneMs).toBe(row.handedMs);
        });
        expect(ran.inFlight).toBe(0);
      }),
      RUNS,
    );
  });

  test('a stop: what is open is aborted with its age, the rest has no row, and rows + unsent = planned', async () => {
    const stop = fc.double({ min: 0, max: 500, noNaN: true });
    await fc.assert(
      fc.asyncProperty(dueTimes, service, stop, async (dueMs, tookMs, stopMs) => {
        const ran = await runShard({ dueMs, invoke: answersAfter(tookMs), stopMs, timeoutMs: 1e6 });
        // Sent are the first ones without a gap: all that was due before the stop, and nothing that was due after it.
        expect(ran.rows.map(({ seq }) => seq)).toEqual(ran.rows.map((_, i) => i));
        const unsent = dueMs.slice(ran.rows.length);
        for (const due of unsent) expect(due).toBeGreaterThanOrEqual(stopMs);
        expect(ran.rows.length + unsent.length).toBe(dueMs.length);
        for (const { seq, dueMs: due, handedMs, outcome, doneMs, detail } of ran.rows) {
          expect(due).toBeLessThanOrEqual(stopMs);
          const took = tookMs[seq % tookMs.length] ?? Infinity;
          if (handedMs + took < stopMs) expect(outcome).toBe('ok');
          if (handedMs + took > stopMs) expect(outcome).toBe('aborted');
          if (outcome === 'aborted') {
            expect(doneMs).toBe(stopMs);
            expect(detail).toContain(`open for ${(stopMs - handedMs).toFixed(1)} ms`);
          }
        }
        expect(ran.endedMs).toBeLessThanOrEqual(Math.max(stopMs, ...ran.rows.map(({ doneMs }) => doneMs)));
        expect(ran.inFlight).toBe(0);
      }),
      RUNS,
    );
  });

  test('a stop before the start sends nothing', async () => {
    const { rows } = await runShard({ dueMs: [1, 2], invoke: never, stopMs: -1 });
    expect(rows).toEqual([]);
  });

  test('informs the backend of a timeout and of a stop, once, by signal and by listener', async () => {
    const heard: string[] = [];
    const invoke: Invoke = (call) => {
      call.onAbort(() => heard.push('replaced'));
      call.onAbort(() => heard.push(`listener ${String(call.seq)}`));
      call.signal.addEventListener('abort', () => heard.push(`signal ${String(call.seq)}`));
      return never();
    };
    await runShard({ dueMs: [0, 80], invoke, timeoutMs: 50, stopMs: 100 });
    expect(heard.sort()).toEqual(['listener 0', 'listener 1', 'signal 0', 'signal 1']);
  });

  test('what the backend knows of a request that was given up is recorded, and nothing that is no moment of it', async () => {
    const told = [
      { sentMs: 3 },
      { sentMs: 12, handshakeMs: 1 },
      { sentMs: 1e9 },
      { sentMs: 'then' },
      null,
      7,
      undefined,
    ];
    const { rows } = await runShard({
      dueMs: told.map((_, i) => 10 * i),
      invoke: (call) => {
        call.onAbort((() => told[call.seq]) as () => SentTimes);
        return never();
      },
      timeoutMs: 50,
    });
    expect(rows.map(({ outcome }) => outcome)).toEqual(told.map(() => 'timeout'));
    expect(rows.map(({ sentMs }) => sentMs)).toEqual([3, 12, 70, NaN, NaN, NaN, NaN]);
    expect(rows.map(({ handshakeMs }) => handshakeMs)).toEqual([NaN, 1, NaN, NaN, NaN, NaN, NaN]);
  });

  test('who asks only after the timeout hears of it too', async () => {
    let heard = 0;
    const invoke: Invoke = async (call, clock) => {
      await clock.until(60);
      call.onAbort(() => heard++);
      if (call.signal.aborted) heard++;
      return { ok: true };
    };
    const { rows } = await runShard({ dueMs: [0, 100], invoke, timeoutMs: 50 });
    expect(heard).toBe(2);
    expect(rows.map(({ outcome }) => outcome)).toEqual(['timeout', 'ok']);
  });

  test('an answer or a rejection after the timeout is ignored', async () => {
    const invoke: Invoke = async (call, clock) => {
      await clock.until(call.handedMs + 60);
      if (call.seq % 2 === 0) throw new Error('too late');
      return { ok: true };
    };
    const ran = await runShard({ dueMs: [0, 1, 2, 3, 200], invoke, timeoutMs: 50 });
    expect(ran.rows.map(({ outcome }) => outcome)).toEqual(Array(5).fill('timeout'));
    expect(ran.rows.map(({ doneMs }) => doneMs)).toEqual([50, 51, 52, 53, 250]);
    expect(ran.inFlight).toBe(0);
  });

  test('an overdue sender lets answers in after 64 sends', async () => {
    let answered = 0;
    const seen: number[] = [];
    const invoke: Invoke = async () => {
      seen.push(answered);
      await Promise.resolve();
      answered++;
      return { ok: true };
    };
    await runShard({ dueMs: Array<number>(300).fill(0), invoke, chunk: 1000 });
    const longestDeafness = Math.max(...[...new Set(seen)].map((count) => seen.filter((n) => n === count).length));
    expect(longestDeafness).toBeLessThanOrEqual(64);
  });
});

/** Calls `ended` when the call is over for the engine: answered or aborted. */
function counted(invoke: Invoke, ended: () => void): Invoke {
  return (call, clock) => {
    let isOpen = true;
    const end = (): void => {
      if (isOpen) ended();
      isOpen = false;
    };
    call.onAbort(end);
    return invoke(call, clock).finally(end);
  };
}
