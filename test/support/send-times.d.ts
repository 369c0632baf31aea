import type { Report } from '#src/report';

interface Yardsticks {
  readonly folder: string;
  readonly recorder: string;
  readonly floor: string;
  readonly metered: string;
}
interface Load {
  readonly rate: number;
  readonly seconds: number;
  readonly connections?: number;
  readonly pacing?: string;
}
export function buildYardsticks(): Yardsticks;
export function hasCompiler(): boolean;
export function floorLateness(yardsticks: Yardsticks, load: Load): Promise<number[]>;
export function replayLateness(yardsticks: Yardsticks, load: Load): Promise<{ late: number[]; report: Report }>;
export function percentile(sorted: readonly number[], p: number): number;
interface Delay {
  readonly delayUs: number;
  readonly freezeAtMs?: number;
  readonly freezeMs?: number;
}
/** Readings of CLOCK_MONOTONIC around the write of its answer. */
interface Arrival {
  readonly seq: number;
  readonly ns: number;
  readonly answeringNs: number;
  readonly answeredNs: number;
}
export interface DelayedServer {
  readonly url: string;
  readonly thawed: Promise<number>;
  /** Once; what arrived. */
  close(): Promise<readonly Arrival[]>;
}
export function delayedServer(yardsticks: Yardsticks, delay: Delay): Promise<DelayedServer>;
