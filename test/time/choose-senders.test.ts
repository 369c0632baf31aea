import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calibration } from '#src/host/calibration';
import { chooseSenders, type Pacing, type Senders, type SendingLoad } from '#src/time/choose-senders';

const LOAD: SendingLoad = { perSecond: 100, backendCpus: 0, serviceHere: false, mostWorkers: Infinity };

const held = (highestPerSecond: number, p99Ms = 0.5) => ({
  floor: { perSecond: 200, p50Ms: 0.1, p99Ms },
  highestPerSecond,
  cpuUsPerRequest: 20,
});
const calibrated = (exact: number | null, economic: number | null): Calibration => ({
  format: 2,
  date: '2026-11-24T00:00:00Z',
  machine: { cpu: 'x', cpus: 2, node: '20' },
  clockResolutionNs: 30,
  exact: exact === null ? null : held(exact, 7.89),
  economic: economic === null ? null : held(economic),
});

function choose(
  asked: { pacing?: Pacing; workers?: number },
  load: Partial<SendingLoad>,
  cpus: number,
  calibration?: Calibration,
): Senders {
  const { pacing = 'auto', workers } = asked;
  return chooseSenders({ pacing, workers }, { ...LOAD, ...load }, { cpus, calibration });
}

describe('auto', () => {
  it.each([
    // load, CPUs, pacing, workers
    [{}, 2, 'exact', 1],
    [{}, 1.99, 'economic', 1],
    // The service shares the CPUs with a worker that yields.
    [{ serviceHere: true }, 2, 'exact', 1],
    [{ serviceHere: true }, 1.5, 'economic', 1],
    [{ serviceHere: true }, 3, 'exact', 1],
    [{ backendCpus: 1 }, 2, 'economic', 1],
    [{ perSecond: 50_000, serviceHere: true }, 2, 'economic', 2],
    [{ perSecond: 50_000 }, 4, 'economic', 3],
    [{ perSecond: 50_000 }, 6, 'exact', 5],
    [{ perSecond: 2000 }, 8, 'exact', 2],
    [{ perSecond: 1_000_000 }, 8, 'economic', 8],
    [{ perSecond: 5000, mostWorkers: 1 }, 8, 'exact', 1],
    [{ perSecond: 0 }, 0.5, 'economic', 1],
  ] as const)('%j on %d CPUs: %s, %d workers', (load, cpus, used, workers) => {
    expect(choose({}, load, cpus)).toMatchObject({ asked: 'auto', used, workers });
  });

  it('knows what one worker held when this machine was calibrated', () => {
    expect(choose({}, { perSecond: 30_000 }, 2, calibrated(32_000, null))).toMatchObject({ used: 'exact', workers: 1 });
    expect(choose({}, { perSecond: 30_000, serviceHere: true }, 4, calibrated(2000, 8000))).toMatchObject({
      used: 'economic',
      workers: 4,
    });
  });

  it('gives every spinning thread a CPU, and never uses more workers than CPUs', () => {
    fc.assert(
      fc.property(
        fc.record({
          perSecond: fc.integer({ min: 0, max: 300_000 }),
          backendCpus: fc.integer({ min: 0, max: 8 }),
          serviceHere: fc.boolean(),
          mostWorkers: fc.constantFrom(1, 2, Infinity),
        }),
        fc.double({ min: 0.1, max: 64, noNaN: true }),
        (load, cpus) => {
          const { used, workers, exactCpus } = choose({}, load, cpus);
          if (used === 'exact') expect(exactCpus).toBeLessThanOrEqual(cpus);
          expect(workers).toBeGreaterThanOrEqual(1);
          expect(workers).toBeLessThanOrEqual(Math.min(load.mostWorkers, Math.max(1, cpus)));
        },
      ),
    );
  });

  it('says why in figures', () => {
    expect(choose({ workers: 2 }, { backendCpus: 1, serviceHere: true }, 1.5).why).toBe(
      'exact pacing wants 5 CPUs (2 workers, the main thread, 1 backend thread and the service on this machine) and 1.5 are available',
    );
  });
});

describe('what is asked for', () => {
  it('is obeyed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('exact', 'economic'),
        fc.integer({ min: 1, max: 256 }),
        fc.integer({ min: 1, max: 64 }),
        (pacing, workers, cpus) => {
          expect(choose({ pacing, workers }, {}, cpus)).toMatchObject({ used: pacing, workers, why: 'asked for' });
        },
      ),
    );
  });

  it.each([
    [
      { pacing: 'exact' },
      { serviceHere: true },
      2,
      'exact pacing wants 3 CPUs (1 worker, the main thread and the service on this machine) and 2 are available: it may be late; 100/s needs --pacing auto here',
    ],
    [
      { workers: 99 },
      {},
      2,
      '99 workers share 2 CPUs and will wait for each other; 100/s needs --workers 1 --pacing exact here',
    ],
    [
      { workers: 1, pacing: 'economic' },
      { perSecond: 50_000, serviceHere: true },
      2,
      'the busiest second asks 50000 calls of 1 worker with economic pacing, and few machines hold more than 25000 with each; 50000/s needs --workers 2 here',
    ],
    [
      { workers: 1, pacing: 'exact' },
      { perSecond: 50_000 },
      2,
      'the busiest second asks 50000 calls of 1 worker with exact pacing, and few machines hold more than 10000 with each; 50000/s needs --workers 2 --pacing economic here',
    ],
    [
      {},
      { perSecond: 500_000 },
      2,
      /^the busiest second asks 500000 calls of 2 workers .*; use a machine with more CPUs, or a lower rate \(--speed\); replay calibrate measures/,
    ],
  ] as const)('%j for %j on %d CPUs is warned of', (asked, load, cpus, warning) => {
    expect(choose(asked, load, cpus).warning).toMatch(warning);
  });

  it('is not where it holds', () => {
    expect(choose({ pacing: 'exact', workers: 1 }, { perSecond: 10_000 }, 2).warning).toBeUndefined();
    expect(choose({ pacing: 'economic' }, { perSecond: 25_000 }, 1).warning).toBeUndefined();
    expect(choose({ workers: 2 }, { perSecond: 50_000 }, 2).warning).toBeUndefined();
  });

  it('is judged by what this machine held', () => {
    const machine = calibrated(8000, null);
    expect(choose({ pacing: 'exact', workers: 1 }, { perSecond: 8000 }, 2, machine).warning).toBeUndefined();
    expect(choose({ pacing: 'exact', workers: 1 }, { perSecond: 8001 }, 2, machine).warning).toMatch(
      /this machine held no more than 8000 with each when it was calibrated; 8001\/s needs --pacing economic here/,
    );
    expect(choose({ pacing: 'exact', workers: 1 }, { perSecond: 3 }, 2, calibrated(0, null)).warning).toMatch(
      /held no rate with exact .*7\.9 ms at 200\/s.*calibrate again/,
    );
  });

  it('never with advice for both more and fewer workers', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Pacing>('exact', 'economic', 'auto'),
        fc.option(fc.integer({ min: 1, max: 128 }), { nil: undefined }),
        fc.integer({ min: 0, max: 300_000 }),
        fc.integer({ min: 1, max: 16 }),
        fc.boolean(),
        (pacing, workers, perSecond, cpus, serviceHere) => {
          const asked = workers === undefined ? { pacing } : { pacing, workers };
          const { warning = '' } = choose(asked, { perSecond, serviceHere }, cpus);
          expect(warning.match(/--workers/g)?.length ?? 0).toBeLessThanOrEqual(1);
          const advised = /(\d+)\/s needs (.*) here$/.exec(warning)?.[2];
          if (advised === undefined) return;
          // What is advised is taken without a warning.
          const toldWorkers = /--workers (\d+)/.exec(advised)?.[1];
          const toldPacing = /--pacing (\w+)/.exec(advised)?.[1] as Pacing | undefined;
          const then = choose(
            {
              pacing: toldPacing ?? pacing,
              workers:
                toldWorkers === undefined
                  ? choose(asked, { perSecond, serviceHere }, cpus).workers
                  : Number(toldWorkers),
            },
            { perSecond, serviceHere },
            cpus,
          );
          expect(then.warning).toBeUndefined();
        },
      ),
    );
  });
});
