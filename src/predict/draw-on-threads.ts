import { Worker } from 'node:worker_threads';
import { Interrupted } from '../errors.js';
import type { Draw } from './draw.js';
import type { DrawJob, JobCell, JobResult } from './draw-job.js';
import type { DrawnPart, DrawOrder } from './draw-thread.js';

export interface DrawWorld {
  /** At least 1. */
  readonly threads: number;
  readonly stop: AbortSignal;
  /** Called when all draws of a cell are over, in the order of the cells, with what is there so far. */
  readonly onCell: (done: number, soFar: JobResult) => void;
}

/** Runs a job on several threads; the result does not depend on how many. Rejects with `Interrupted` when stopped. */
export async function drawOnThreads(job: DrawJob, { threads, stop, onCell }: DrawWorld): Promise<JobResult> {
  if (stop.aborted) throw new Interrupted();
  const parts: (readonly Draw[])[][] = job.cells.map(() => []);
  const result: (readonly Draw[])[] = [];
  const take = (part: number, { cell, draws }: DrawnPart): void => {
    (parts[cell] as (readonly Draw[])[])[part] = draws;
    for (
      let whole = parts[result.length];
      whole !== undefined && isWhole(whole, threads);
      whole = parts[result.length]
    ) {
      const { draws: planned } = job.cells[result.length] as JobCell;
      result.push(planned.map((_, i) => whole[i % threads]?.[Math.floor(i / threads)] as Draw));
      onCell(result.length, result);
    }
  };
  await Promise.all(
    Array.from({ length: threads }, (_, part) => onThread({ job, part, of: threads }, stop, (drawn) => { take(part, drawn); })), // prettier-ignore
  );
  return result;
}

/** Whether each thread has handed in its part. */
function isWhole(parts: readonly (readonly Draw[])[], threads: number): boolean {
  return Object.keys(parts).length === threads;
}

function onThread(order: DrawOrder, stop: AbortSignal, take: (drawn: DrawnPart) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('draw-thread.js', import.meta.url), { workerData: order });
    const end = (): void => {
      void worker.terminate();
      reject(new Interrupted());
    };
    stop.addEventListener('abort', end, { once: true });
    worker.on('message', take);
    worker.on('error', reject);
    worker.on('exit', (code) => {
      stop.removeEventListener('abort', end);
      if (code === 0) resolve();
      else reject(new Error(`a thread that draws ended with ${String(code)}`));
    });
  });
}
