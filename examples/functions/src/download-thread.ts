import { parentPort, workerData } from 'node:worker_threads';
import { fetchModel, fetchModelInSlices, type ModelSource } from './model-source.js';

/** Downloads beside an import, which holds the main thread for its whole length. */
const { source, sliceBytes } = workerData as { source: ModelSource; sliceBytes: number | null };
const fetched = sliceBytes === null ? fetchModel(source) : fetchModelInSlices(source, sliceBytes);
void fetched.then((model) => {
  // What comes from a pool of buffers cannot be handed over.
  const whole = model.byteLength === model.buffer.byteLength ? model : new Uint8Array(model);
  parentPort?.postMessage(whole, [whole.buffer as ArrayBuffer]);
});
