import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verdict } from '#src/collectors/verdict';
import type { HealthSection, OutcomesSection, Shift } from '#src/report';
import { OWN_FAULTS, type RunEnd } from '#src/run';
import { FAILURES, type Failure } from '#src/sample';
import { ENDED, planFor } from './sample-rows.js';

const plan = { ...planFor([]), planned: 10_000, maxLatenessMs: 10 };
const calm = { p50Ms: 0.01, p99Ms: 0.1, p999Ms: 0.2, maxMs: 0.3 };
const outcomes: OutcomesSection = {
  planned: 10_000,
  ok: 10_000,
  successRatio: 1,
  failures: {},
  unsent: 0,
  examples: {},
};
const health: HealthSection = {
  lateness: calm,
  connectionWait: calm,
  handshake: { count: 0, ...calm },
  receiveUncertainty: calm,
  likelyCause: null,
  lateOver1Ms: 0,
  busiest: { seconds: 1, requests: 2000, lateness: calm, shifts: [], starved: null },
  shifts: [],
  starved: null,
  strayingSeconds: [],
  stops: null,
  resources: null,
};

const failing = (failure: Failure, n: number): OutcomesSection => ({
  ...outcomes,
  ok: outcomes.ok - n,
  failures: { [failure]: n },
});
const late = (p99Ms: number): HealthSection => ({ ...health, lateness: { ...calm, p99Ms } });
const busyLate = (p99Ms: number): HealthSection => ({
  ...health,
  busiest: { seconds: 1, requests: 2000, shifts: [], starved: null, lateness: { ...calm, p99Ms } },
});
const shifted = (shift: Shift): HealthSection => ({ ...health, shifts: [shift] });
const busyShifted = (shift: Shift): HealthSection => ({
  ...health,
  busiest: { seconds: 1, requests: 2000, lateness: calm, shifts: [shift], starved: null },
});

/** The one reason of a run; '' when valid. Several reasons fail the test. */
function reason(changes: {
  end?: RunEnd;
  outcomes?: OutcomesSection;
  health?: HealthSection;
  explicit?: boolean;
}): string {
  const maxInFlight = { limit: 10_000, explicit: changes.explicit ?? false };
  const { valid, reasons } = verdict(
    { ...plan, maxInFlight },
    changes.end ?? ENDED,
    changes.outcomes ?? outcomes,
    changes.health ?? health,
  );
  expect(valid).toBe(reasons.length === 0);
  expect(reasons.length).toBeLessThanOrEqual(1);
  for (const text of reasons) expect(text).toMatch(/^[A-Z0-9].*\d?.*[;,(].*\.$/);
  return reasons[0] ?? '';
}

describe('verdict', () => {
  test('one advice for all that our own threads did, from its cause', () => {
    const shift: Shift = { cause: 'lateness', statistic: 'p99', reportedMs: 100, withoutMs: 50 };
    const strayingSeconds = [{ second: 1, due: 100, handed: 10 }];
    const sick = { ...late(50), shifts: [shift], strayingSeconds };
    const advice = (resources: RunEnd['resources']): readonly string[] => {
      const { reasons } = verdict(plan, { ...ENDED, resources }, outcomes, sick);
      expect(reasons).toHaveLength(3);
      return reasons.join(' ').match(/use |stop what|raise the quota/g) ?? [];
    };
    const starving = { workers: 99, spinningWorkers: 0, cpuBudget: 2, workerRunQueueMs: 99 * ENDED.endedMs };
    expect(advice(starving)).toEqual(['use ']);
    expect(verdict(plan, { ...ENDED, resources: starving }, outcomes, sick).reasons.join(' ')).toMatch(
      /; the likely cause: the workers were ready to run but had no CPU for .*; use --workers 2: /,
    );
    const busy = { workers: 1, spinningWorkers: 0, workerCpuShareMax: 0.99 };
    expect(advice({ ...busy, cpuBudget: 2 })).toEqual(['use ']);
    expect(verdict(plan, { ...ENDED, resources: { ...busy, cpuBudget: 2 } }, outcomes, sick).reasons[0]).toMatch(
      /use a machine with more CPUs, or a lower rate/,
    );
    expect(verdict(plan, { ...ENDED, resources: { ...busy, cpuBudget: 4 } }, outcomes, sick).reasons[0]).toMatch(
      /use more workers \(--workers 2 or more\)/,
    );
    expect(advice(null)).toEqual(['use ']);
  });

  test('a calm run is valid', () => {
    expect(reason({})).toBe('');
  });

  test('the 99th percentile of lateness may reach the limit and not exceed it, overall and in the busiest seconds', () => {
    for (const make of [late, busyLate]) {
      expect(reason({ health: make(10) })).toBe('');
      expect(reason({ health: make(10.1) })).toMatch(/10\.1 ms.*10 ms/);
    }
    expect(reason({ health: busyLate(11) })).toContain('busiest');
  });

  test('a number may be moved by 1 ms + 5 % of what it would be, either way, overall and in the busiest seconds', () => {
    const shift = fc.record({
      cause: fc.constantFrom('lateness', 'connection-wait', 'receive-uncertainty', 'together'),
      statistic: fc.constantFrom('mean' as const, 'p50' as const, 'p99' as const),
      withoutMs: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
      part: fc.double({ min: -2, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(shift, fc.constantFrom(shifted, busyShifted), ({ cause, statistic, withoutMs, part }, make) => {
        fc.pre(Math.abs(Math.abs(part) - 1) > 1e-6);
        const reportedMs = withoutMs + part * (1 + 0.05 * withoutMs);
        expect(reason({ health: make({ cause, statistic, withoutMs, reportedMs }) }) !== '').toBe(Math.abs(part) > 1);
      }),
    );
  });

  test('several statistics moved by one cause make one sentence, about the worst', () => {
    const shifts = (['mean', 'p50', 'p99'] as const).map((statistic, i) => ({
      cause: 'lateness' as const,
      statistic,
      withoutMs: 10,
      reportedMs: 20 + i,
    }));
    expect(reason({ health: { ...health, shifts } })).toMatch(/99th percentile.*22 ms.*10 ms/);
  });

  test('shares that move nothing alone may do so together; where one does alone, it is named alone', () => {
    const moved = (cause: Shift['cause'], byMs: number): Shift => ({
      cause,
      statistic: 'p50',
      reportedMs: 20,
      withoutMs: 20 - byMs,
    });
    const small = [moved('lateness', 1), moved('receive-uncertainty', 1.5)];
    expect(reason({ health: { ...health, shifts: small } })).toBe('');
    expect(reason({ health: { ...health, shifts: [...small, moved('together', 2.5)] } })).toMatch(
      /together moved the median response.*20 ms.*17\.5 ms/,
    );
    const shifts = [moved('lateness', 1), moved('receive-uncertainty', 3), moved('together', 4)];
    expect(reason({ health: { ...health, shifts } })).toMatch(/^Reading answers late/);
  });

  test('one request in a hundred may go unanswered for want of a connection, overall and in the busiest seconds', () => {
    const starved = (requests: number) => ({ requests, of: 2000, meanWaitMs: 24.9 });
    const overall = (requests: number): HealthSection => ({ ...health, starved: starved(requests) });
    const busiest = (requests: number): HealthSection => ({
      ...health,
      busiest: { seconds: 1, requests: 2000, lateness: calm, shifts: [], starved: starved(requests) },
    });
    for (const make of [overall, busiest]) {
      expect(reason({ health: make(20) })).toBe('');
      expect(reason({ health: make(21) })).toMatch(/21 requests of 2000.*24\.9 ms.*--connections/);
    }
  });

  test('straying seconds are reported with the worst', () => {
    const strayingSeconds = [
      { second: 3, due: 100, handed: 50 },
      { second: 7, due: 900, handed: 1200 },
    ];
    expect(reason({ health: { ...health, strayingSeconds } })).toMatch(/2 seconds.*second 7.*1200.*900/);
  });

  test('of all failures, only our own make a run invalid; shed ones unless the user set the limit', () => {
    for (const failure of FAILURES) {
      const ours = OWN_FAULTS.includes(failure) || failure === 'shed';
      expect(reason({ outcomes: failing(failure, 17) }) !== '', failure).toBe(ours);
      if (ours) expect(reason({ outcomes: failing(failure, 17) })).toContain('17 requests');
    }
    expect(reason({ outcomes: failing('shed', 17), explicit: true })).toBe('');
    expect(reason({ outcomes: { ...failing('server-error', 10_000), successRatio: 0 } })).toBe('');
  });

  test('a dead worker or a killed process make it invalid; a stop by the user does not', () => {
    expect(reason({ end: { ...ENDED, crashes: [{ worker: 2, cause: 'out of memory' }] } })).toMatch(
      /Worker 2 died \(out of memory\)/,
    );
    expect(reason({ end: { ...ENDED, complete: false } })).toContain('killed');
    const stopped = { ...ENDED, interrupted: true, stoppedMs: 500, stopReason: 'interrupted by the user' };
    expect(reason({ end: stopped, outcomes: { ...outcomes, ok: 100, unsent: 9900 } })).toBe('');
    expect(reason({ outcomes: { ...outcomes, ok: 9999, unsent: 1 } })).toContain('1 request of 10000 left no sample');
  });
});
