import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.js';

/** What this machine can do as an instrument, as `replay calibrate` measured it. */
export interface Calibration {
  /** 1 also kept what was measured on a busy machine. */
  readonly format: 2;
  /** ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** The smallest difference seen between two readings of the clock that runs use (`performance.now()`). */
  readonly clockResolutionNs: number;
  /** One worker of each pacing; null where it was not measured, or the machine was too busy to trust what was. */
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
  /** The highest rate tried whose p99 lateness stayed under `HELD_P99_MS`; 0: none did. */
  readonly highestPerSecond: number;
  /** CPU of the worker thread for one more request; null where the system does not tell, and with exact pacing: its worker is on the CPU whether it sends or waits. */
  readonly cpuUsPerRequest: number | null;
}

/** A p99 lateness under this is a rate held. Economic pacing wakes at most once a ms. */
export const HELD_P99_MS = { exact: 1, economic: 2 } as const;

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
    return stored.format === 2 && same ? { ...stored, format: 2 } : undefined;
  } catch {
    return undefined;
  }
}
