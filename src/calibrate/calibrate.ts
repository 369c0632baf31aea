import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { closeArrivals } from '../trace-file/arrival-store.js';
import { HELD_P99_MS, thisMachine, type Calibration, type PacingCalibration } from '../host/calibration.js';
import { cpuBudget } from '../host/cpu-budget.js';
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

/** What was measured, and what kept the machine from being measured: a clause, null where nothing did. */
export interface Calibrated {
  readonly calibration: Calibration;
  readonly busy: string | null;
}

type PacingName = 'exact' | 'economic';

const FLOOR_PER_SECOND = 200;
const FIRST_PER_SECOND = 1000;
/** Between the last rate that held and the first that did not, one more is tried. */
const HALFWAY = Math.SQRT2;

/**
 * Measures this machine as an instrument: short real runs of one worker against a server in another thread, each twice
 * as fast as the one before, until the 99th percentile of lateness is too high. Under a minute; nothing leaves the machine.
 * A pacing is null where other processes, other machines (steal) or a quota took so much CPU time that its figures are theirs.
 */
export async function calibrate(request: CalibrateRequest, world: Surroundings): Promise<Calibrated> {
  const sink = new Worker(new URL('./sink-thread.js', import.meta.url), { name: 'replay sink' });
  const folder = mkdtempSync(join(tmpdir(), 'replay-calibrate-'));
  try {
    const port = await new Promise<number>((resolve, reject) => {
      sink.once('message', resolve);
      sink.once('error', reject);
    });
    const trial = trialOf(request, `http://127.0.0.1:${String(port)}/`, folder, world);
    const measured: Record<PacingName, PacingCalibration | null> = { exact: null, economic: null };
    let busy: string | null = null;
    for (const pacing of request.pacings) {
      const { figures, trials } = await measure(pacing, request, trial, world);
      const disturbed = disturbance(trials);
      if (disturbed === null) measured[pacing] = figures;
      else {
        world.say(`${pacing}: not kept: ${disturbed}`);
        busy ??= disturbed;
      }
    }
    const calibration: Calibration = {
      format: 2,
      date: world.date().toISOString(),
      machine: thisMachine(),
      clockResolutionNs: clockResolutionNs(),
      ...measured,
    };
    return { calibration, busy };
  } finally {
    await sink.terminate();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What one trial showed. */
interface Trial {
  readonly perSecond: number;
  readonly health: HealthSection;
  /** The span over which the resources in `health` were counted. */
  readonly elapsedMs: number;
}

type RunTrial = (pacing: PacingName, perSecond: number) => Promise<Trial>;

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
        // A signal of its own: what a run listens for is let go of with it.
        { ...world, stop: AbortSignal.any([world.stop]), say: () => undefined, onProgress: () => undefined },
      );
      return { perSecond, health: report.sections.health, elapsedMs: report.run.endedMs };
    } finally {
      closeArrivals(trace.store);
    }
  };
}

async function measure(
  pacing: PacingName,
  { mostPerSecond }: CalibrateRequest,
  trial: RunTrial,
  { say, stop }: Surroundings,
): Promise<{ figures: PacingCalibration; trials: readonly Trial[] }> {
  say(`${pacing}: the floor, at ${String(FLOOR_PER_SECOND)}/s`);
  const floor = await trial(pacing, FLOOR_PER_SECOND);
  const { lateness } = floor.health;
  const trials = [floor];
  const held: Trial[] = [];
  const hold = async (perSecond: number): Promise<boolean> => {
    say(`${pacing}: ${String(perSecond)}/s`);
    // Once more: something else may have run just then.
    for (let attempt = 0; attempt < 2 && !stop.aborted; attempt++) {
      const tried = await trial(pacing, perSecond);
      trials.push(tried);
      if (!holds(pacing, tried)) continue;
      held.push(tried);
      return true;
    }
    return false;
  };
  let perSecond = FIRST_PER_SECOND;
  while (perSecond <= mostPerSecond && (await hold(perSecond))) perSecond *= 2;
  if (perSecond <= mostPerSecond) await hold(Math.round(perSecond / HALFWAY / 100) * 100);
  const figures = {
    floor: { perSecond: FLOOR_PER_SECOND, p50Ms: lateness.p50Ms ?? NaN, p99Ms: lateness.p99Ms ?? NaN },
    highestPerSecond: held.at(-1)?.perSecond ?? 0,
    cpuUsPerRequest: pacing === 'exact' ? null : cpuUsPerRequest(held),
  };
  return { figures, trials };
}

function holds(pacing: PacingName, { health: { lateness } }: Trial): boolean {
  return lateness.p99Ms !== null && lateness.p99Ms < HELD_P99_MS[pacing];
}

/** Others may use this part of all CPUs: something always runs. */
const MOST_TAKEN_SHARE = 0.08;
const MOST_THROTTLED_SHARE = 0.01;

/** What took the CPUs from most of the trials, as a clause; null where nothing took enough to matter, or the system does not tell. */
function disturbance(trials: readonly Trial[]): string | null {
  const total = (name: string): number => trials.reduce((sum, { health }) => sum + (health.resources?.[name] ?? 0), 0);
  const elapsedMs = trials.reduce((sum, one) => sum + one.elapsedMs, 0);
  const cpus = cpuBudget();
  const hostCpus = trials[0]?.health.resources?.['hostCpus'] ?? cpus;
  const others = total('otherProcessesMs') / elapsedMs;
  const stolen = total('hostStealMs') / elapsedMs / hostCpus;
  const throttledMs = total('cgroupThrottledMs');
  if (throttledMs > MOST_THROTTLED_SHARE * elapsedMs) {
    return `the CPU quota of the cgroup held this process back for ${throttledMs.toFixed(0)} ms; raise the quota and calibrate again`;
  }
  if (others / cpus > MOST_TAKEN_SHARE && others / cpus >= stolen) {
    return `other processes used ${others.toFixed(1)} of ${cpus.toFixed(1)} CPUs meanwhile; stop them and calibrate again`;
  }
  if (stolen > MOST_TAKEN_SHARE) {
    return `the hypervisor gave ${(stolen * 100).toFixed(0)} % of the CPU time to other machines (steal); calibrate again when they are quiet`;
  }
  return null;
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
