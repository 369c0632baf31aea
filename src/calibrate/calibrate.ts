import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { closeArrivals } from '../arrival-store.js';
import { thisMachine, type Calibration, type PacingCalibration } from '../calibration.js';
import type { HealthSection } from '../report.js';
import { replay, type Surroundings } from '../replay/replay.js';
import { steadyTrace } from './steady-trace.js';

export interface CalibrateRequest {
  readonly pacings: readonly ('exact' | 'economic')[];
  /** How long each trial lasts. */
  readonly trialMs: number;
  /** No trial is faster. */
  readonly mostPerSecond: number;
}

const FLOOR_PER_SECOND = 200;
const FIRST_PER_SECOND = 1000;
const HELD_P99_MS = 1;
/** Between the last rate that held and the first that did not, one more is tried. */
const HALFWAY = Math.SQRT2;

/**
 * Measures this machine as an instrument: short real runs of one worker against a server in another thread, each twice
 * as fast as the one before, until the 99th percentile of lateness reaches 1 ms. Under a minute; nothing leaves the machine.
 */
export async function calibrate(request: CalibrateRequest, world: Surroundings): Promise<Calibration> {
  const sink = new Worker(new URL('./sink-thread.js', import.meta.url), { name: 'replay sink' });
  const folder = mkdtempSync(join(tmpdir(), 'replay-calibrate-'));
  try {
    const port = await new Promise<number>((resolve, reject) => {
      sink.once('message', resolve);
      sink.once('error', reject);
    });
    const trial = trialOf(request, `http://127.0.0.1:${String(port)}/`, folder, world);
    const measured: { exact: PacingCalibration | null; economic: PacingCalibration | null } = {
      exact: null,
      economic: null,
    };
    for (const pacing of request.pacings) measured[pacing] = await measure(pacing, request, trial, world);
    const { date } = world;
    return {
      format: 1,
      date: date().toISOString(),
      machine: thisMachine(),
      clockResolutionNs: clockResolutionNs(),
      ...measured,
    };
  } finally {
    await sink.terminate();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What one trial showed. */
interface Trial {
  readonly perSecond: number;
  readonly health: HealthSection;
}

type RunTrial = (pacing: 'exact' | 'economic', perSecond: number) => Promise<Trial>;

function trialOf({ trialMs }: CalibrateRequest, url: string, folder: string, world: Surroundings): RunTrial {
  let number = 0;
  return async (pacing, perSecond) => {
    const trace = steadyTrace(perSecond, trialMs, folder);
    try {
      const { report } = await replay(
        {
          trace,
          backend: 'http',
          backendOptions: { url },
          fromMs: 0,
          toMs: Infinity,
          speed: 1,
          workers: 1,
          pacing,
          time: 'real',
          maxInFlight: undefined,
          connections: undefined,
          timeoutMs: 5000,
          warmupMs: 0,
          maxLatenessMs: 1000,
          seed: 1,
          out: join(folder, String(number++)),
        },
        { ...world, say: () => undefined, onProgress: () => undefined },
      );
      return { perSecond, health: report.sections.health };
    } finally {
      closeArrivals(trace.store);
    }
  };
}

async function measure(
  pacing: 'exact' | 'economic',
  { mostPerSecond }: CalibrateRequest,
  trial: RunTrial,
  { say, stop }: Surroundings,
): Promise<PacingCalibration> {
  say(`${pacing}: the floor, at ${String(FLOOR_PER_SECOND)}/s`);
  const { lateness } = (await trial(pacing, FLOOR_PER_SECOND)).health;
  const held: Trial[] = [];
  const hold = async (perSecond: number): Promise<boolean> => {
    say(`${pacing}: ${String(perSecond)}/s`);
    // Once more: something else may have run just then.
    for (let attempt = 0; attempt < 2 && !stop.aborted; attempt++) {
      const tried = await trial(pacing, perSecond);
      if (!holds(tried)) continue;
      held.push(tried);
      return true;
    }
    return false;
  };
  let perSecond = FIRST_PER_SECOND;
  while (perSecond <= mostPerSecond && (await hold(perSecond))) perSecond *= 2;
  if (perSecond <= mostPerSecond) await hold(Math.round(perSecond / HALFWAY / 100) * 100);
  return {
    floor: { perSecond: FLOOR_PER_SECOND, p50Ms: lateness.p50Ms ?? NaN, p99Ms: lateness.p99Ms ?? NaN },
    highestPerSecond: held.at(-1)?.perSecond ?? 0,
    cpuUsPerRequest: pacing === 'exact' ? null : cpuUsPerRequest(held),
  };
}

function holds({ health: { lateness } }: Trial): boolean {
  return lateness.p99Ms !== null && lateness.p99Ms < HELD_P99_MS;
}

/** The slope between the slowest and the fastest trial: what the loop costs at rest cancels. */
function cpuUsPerRequest(held: readonly Trial[]): number | null {
  const [slow, fast] = [held[0], held.at(-1)];
  if (slow === undefined || fast === undefined || slow === fast) return null;
  const more = cpuShare(fast) - cpuShare(slow);
  const us = (more * 1e6) / (fast.perSecond - slow.perSecond);
  return Number.isFinite(us) ? us : null;
}

function cpuShare({ health }: Trial): number {
  return health.resources?.['workerCpuShareMax'] ?? NaN;
}

/** The smallest difference between two readings of the clock that runs use; both its step and the cost of a reading are at most that. */
function clockResolutionNs(): number {
  let leastMs = Infinity;
  let lastMs = performance.now();
  for (let i = 0; i < 100_000; i++) {
    const nowMs = performance.now();
    if (nowMs > lastMs) leastMs = Math.min(leastMs, nowMs - lastMs);
    lastMs = nowMs;
  }
  return Math.round(leastMs * 1e6);
}
