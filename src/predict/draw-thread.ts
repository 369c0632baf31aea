import { parentPort, workerData } from 'node:worker_threads';
import type { Draw } from './draw.js';
import type { DrawJob } from './draw-job.js';
import { runDraws } from './run-draws.js';

/** What a thread is given: its part of the draws of every cell. */
export interface DrawOrder {
  readonly job: DrawJob;
  readonly part: number;
  readonly of: number;
}

export interface DrawnPart {
  readonly cell: number;
  readonly draws: readonly Draw[];
}

const { job, part, of } = workerData as DrawOrder;
runDraws(job, part, of, (cell, draws) => parentPort?.postMessage({ cell, draws } satisfies DrawnPart));
