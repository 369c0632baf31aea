import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ModelSource } from './model-source.js';

/** The model, downloaded in a thread of its own; in slices of this many bytes, unless null. */
export function downloadAside(source: ModelSource, sliceBytes: number | null): Promise<Uint8Array> {
  return new Promise((done, fail) => {
    const worker = new Worker(join(__dirname, 'download-thread.js'), { workerData: { source, sliceBytes } });
    worker.once('message', done);
    worker.once('error', fail);
    worker.once('exit', () => {
      fail(new Error('the download ended without a model'));
    });
  });
}
