import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.js';

/** What this machine can do as an instrument, as `replay calibrate` measured it. */
export interface Calibration {
  readonly format: 1;
  /** ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** The smallest difference seen between two readings of the clock that runs use (`performance.now()`). */
  readonly clockResolutionNs: number;
  /** One worker of each pacing; null where it was not measured. */
  readonly exact: PacingCalibration | null;
  readonly economic: PacingCalibration | null;
}

export interface Machine {
  readonly cpu: string;
  readonly cpus: number;
  readonly node: string;
}

export interface PacingCalibration {
  /** Lateness at a low rate: the floor. */
  readonly floor: { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };
  /** The highest rate tried whose p99 lateness stayed under 1 ms; 0: none did. */
  readonly highestPerSecond: number;
  /** CPU of the worker thread for one more request; null where the system does not tell, and with exact pacing: its worker is on the CPU whether it sends or waits. */
  readonly cpuUsPerRequest: number | null;
}

export function thisMachine(): Machine {
  return { cpu: cpus()[0]?.model ?? 'unknown', cpus: availableParallelism(), node: process.versions.node };
}

export function calibrationPath(env: Readonly<Record<string, string | undefined>>): string {
  return join(cacheFolder(env), 'calibration.json');
}

/** The stored calibration; undefined where there is none, or one of another machine. */
export function storedCalibration(env: Readonly<Record<string, string | undefined>>): Calibration | undefined {
  try {
    const stored = JSON.parse(readFileSync(calibrationPath(env), 'utf8')) as Omit<Calibration, 'format'> & {
      readonly format: number;
    };
    const same = JSON.stringify(stored.machine) === JSON.stringify(thisMachine());
    return stored.format === 1 && same ? { ...stored, format: 1 } : undefined;
  } catch {
    return undefined;
  }
}
