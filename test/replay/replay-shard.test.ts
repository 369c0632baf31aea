import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backend, Call } from '#src/backends/backend';
import { createInFlight, inFlightMemory } from '#src/replay/in-flight';
import { createRecorder } from '#src/replay/recorder';
import { replayShard } from '#src/replay/replay-shard';
import { createVirtualClock, type VirtualClock } from '#src/replay/virtual-clock';
import { OUTCOMES, type Outcome, type SampleBatch } from '#src/sample';

interface Row {
  readonly seq: number;
  readonly dueMs: number;
  readonly handedMs: number;
  readonly sentMs: number;
  readonly doneMs: number;
  readonly doneEarliestMs: number;
  readonly outcome: string;
  readonly detail: string;
}

interface Load {
  readonly dueMs: readonly number[];
  readonly limit?: number;
  readonly timeoutMs?: number;
  /** When the run is stopped. */
  readonly stopMs?: number;
}

/** The loop in virtual time against a backend written here. */
async function shard(
  { dueMs, limit = 1000, timeoutMs = 10_000, stopMs }: Load,
  backend: (clock: VirtualClock) => Backend['invoke'],
): Promise<{ rows: Row[]; endedMs: number; handed: Call[] }> {
  const clock = createVirtualClock();
  const rows: Row[] = [];
  const handed: Call[] = [];
  const invoke = backend(clock);
  const recorder = createRecorder(0, (batch) => rows.push(...rowsOf(batch)));
  const stop = new AbortController();
  const over = new AbortController();
  const work = async (): Promise<void> => {
    const stopping =
      stopMs === undefined
        ? undefined
        : clock.until(stopMs, over.signal).then(() => {
            stop.abort();
          });
    await replayShard({
      schedule: [
        {
          rows: dueMs.length,
          seq: Uint32Array.from(dueMs, (_, i) => i),
          dueMs: Float64Array.from(dueMs),
          payload: new Uint32Array(dueMs.length),
        },
      ],
      clock,
      backend: {
        invoke(call) {
          handed.push(call);
          return invoke(call);
        },
      },
      recorder,
      inFlight: createInFlight(inFlightMemory(1), 0, limit),
      timeoutMs,
      stop: stop.signal,
    });
    over.abort();
    await stopping;
  };
  await clock.drive(work());
  recorder.flush();
  return { rows: rows.sort((a, b) => a.seq - b.seq), endedMs: clock.now(), handed };
}

function rowsOf(batch: SampleBatch): Row[] {
  const details = new Map(batch.details.map(({ row, text }) => [row, text]));
  return Array.from({ length: batch.rows }, (_, i) => ({
    seq: batch.seq[i] ?? NaN,
    dueMs: batch.dueMs[i] ?? NaN,
    handedMs: batch.handedMs[i] ?? NaN,
    sentMs: batch.sentMs[i] ?? NaN,
    doneMs: batch.doneMs[i] ?? NaN,
    doneEarliestMs: batch.doneEarliestMs[i] ?? NaN,
    outcome: OUTCOMES[batch.outcome[i] ?? 0] ?? '?',
    detail: details.get(i) ?? '',
  }));
}

const schedules = fc
  .array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 60 })
  .map((times) => times.sort((a, b) => a - b));

/** Answers request i after services[i] ms; NaN: never. */
function answering(services: readonly number[]): (clock: VirtualClock) => Backend['invoke'] {
  return (clock) => (call) => {
    const serviceMs = services[call.seq % services.length] ?? NaN;
    if (Number.isNaN(serviceMs)) return new Promise(() => undefined);
    return clock.until(call.handedMs + serviceMs).then((): Outcome => ({ ok: true, doneMs: clock.now() }));
  };
}

describe('in virtual time', () => {
  it('every request is handed over exactly when it is due, however slow the answers are', async () => {
    const services = fc.array(fc.oneof(fc.double({ min: 0, max: 5000, noNaN: true }), fc.constant(NaN)), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(schedules, services, async (dueMs, serviceMs) => {
        const { rows } = await shard({ dueMs }, answering(serviceMs));
        expect(rows.map(({ handedMs }) => handedMs)).toEqual(dueMs);
        for (const { seq, handedMs, doneMs, outcome } of rows) {
          const service = serviceMs[seq % serviceMs.length] ?? NaN;
          expect(outcome).toBe(Number.isNaN(service) ? 'timeout' : 'ok');
          expect(doneMs).toBeCloseTo(handedMs + (Number.isNaN(service) ? 10_000 : service), 9);
        }
      }),
    );
  });

  it('a request that has no answer times out at the hand-over plus the timeout, and a late answer changes nothing', async () => {
    const { rows, endedMs } = await shard({ dueMs: [0, 10, 20], timeoutMs: 100 }, answering([500, 50, 99.9]));
    expect(rows.map(({ outcome, doneMs }) => [outcome, doneMs])).toEqual([
      ['timeout', 100],
      ['ok', 60],
      ['ok', 119.9],
    ]);
    expect(endedMs).toBeLessThanOrEqual(500);
  });

  it('above the limit requests are shed at once, never queued, and places are given back', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, fc.integer({ min: 1, max: 10 }), async (dueMs, limit) => {
        const { rows, handed } = await shard({ dueMs, limit }, answering([100]));
        // The same law, written down without the engine: who is open when a request falls due.
        let open: number[] = [];
        for (const { seq, dueMs: due, outcome, doneMs } of rows) {
          open = open.filter((endMs) => endMs > due);
          const shed = open.length >= limit;
          if (!shed) open.push(due + 100);
          // Answers of the very same moment may come before or after.
          const tie = open.some((endMs) => Math.abs(endMs - due) < 1e-6);
          if (!tie) expect(outcome, `request ${String(seq)}`).toBe(shed ? 'shed' : 'ok');
          if (outcome === 'shed') expect(doneMs).toBe(due);
        }
        expect(handed.length).toBe(rows.filter(({ outcome }) => outcome !== 'shed').length);
      }),
    );
  });

  it('a stop sends nothing more, and what is open becomes aborted with its age', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, fc.double({ min: 0, max: 1100, noNaN: true }), async (dueMs, stopMs) => {
        const { rows, endedMs } = await shard({ dueMs, stopMs }, answering([70]));
        expect(rows.length).toBeGreaterThanOrEqual(dueMs.filter((due) => due < stopMs).length);
        expect(rows.length).toBeLessThanOrEqual(dueMs.filter((due) => due <= stopMs).length);
        for (const { handedMs, doneMs, outcome, detail } of rows) {
          if (handedMs + 70 < stopMs) expect(outcome).toBe('ok');
          if (handedMs + 70 <= stopMs + 1e-9) continue;
          expect(outcome).toBe('aborted');
          expect(doneMs).toBeCloseTo(stopMs, 9);
          expect(detail).toBe(`open for ${(stopMs - handedMs).toFixed(1)} ms when the run was stopped`);
        }
        expect(endedMs).toBeLessThanOrEqual(Math.max(stopMs, ...dueMs) + 70);
      }),
    );
  });

  it('an aborted call is told so, once, whoever listens and whenever', async () => {
    const told: string[] = [];
    await shard({ dueMs: [0, 1], timeoutMs: 50 }, () => (call) => {
      call.onAbort(() => told.push(`replaced ${String(call.seq)}`));
      call.onAbort(() => told.push(`listener ${String(call.seq)}`));
      if (call.seq === 0)
        call.signal.addEventListener('abort', () => told.push(`signal ${String(call.seq)}`), { once: true });
      return new Promise(() => undefined);
    });
    expect(told.sort()).toEqual(['listener 0', 'listener 1', 'signal 0']);
  });

  const rubbish: [name: string, invoke: Backend['invoke'], outcome: string][] = [
    [
      'throws',
      () => {
        throw new Error('broken');
      },
      'crashed',
    ],
    ['rejects', () => Promise.reject(new Error('broken')), 'crashed'],
    ['rejects with nothing', () => Promise.reject(undefined as unknown as Error), 'crashed'],
    ...[undefined, null, 1, 'ok', {}, { ok: 1 }, { ok: false }, { ok: false, failure: 'no such', detail: '' }].map(
      (value): [string, Backend['invoke'], string] => [
        `returns ${JSON.stringify(value)}`,
        () => Promise.resolve(value as unknown as Outcome),
        'crashed',
      ],
    ),
    ['returns no times', () => Promise.resolve({ ok: true }), 'ok'],
  ];
  it.each(rubbish)('a backend that %s costs its own requests alone', async (_name, invoke, outcome) => {
    const { rows } = await shard({ dueMs: [0, 5, 10] }, (clock) => {
      const good = answering([1])(clock);
      return (call) => (call.seq === 1 ? invoke(call) : good(call));
    });
    expect(rows.map((row) => row.outcome)).toEqual(['ok', outcome, 'ok']);
    expect(rows[1]?.doneMs).toBe(5);
  });

  it('no time a backend tells lies outside the hand-over and now, or out of order', async () => {
    const someMs = fc.oneof(fc.double(), fc.constant(undefined), fc.double({ min: -50, max: 200, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(someMs, someMs, someMs, async (sentMs, doneMs, doneEarliestMs) => {
        const { rows } = await shard({ dueMs: [20] }, (clock) => async (call) => {
          await clock.until(call.handedMs + 30);
          return Object.fromEntries(
            Object.entries({ ok: true, sentMs, doneMs, doneEarliestMs }).filter(([, value]) => value !== undefined),
          ) as unknown as Outcome;
        });
        const [row] = rows;
        const known = [row?.handedMs, row?.sentMs, row?.doneEarliestMs, row?.doneMs, 50].filter(
          (ms) => !Number.isNaN(ms),
        );
        expect(known).toEqual(known.toSorted((a = NaN, b = NaN) => a - b));
        expect(row?.handedMs).toBe(20);
      }),
    );
  });
});
