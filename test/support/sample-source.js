// A worker thread that records made-up samples as a worker of a run does, and hands the blocks over as fast as they are taken.
import { parentPort, workerData } from 'node:worker_threads';
import { createRecorder } from '#src/loop/recorder';

/** More than these in flight would measure memory. */
const MOST_WAITING = 8;
const { samples, perSecond } = workerData;
const taken = new Int32Array(workerData.taken);
let handed = 0;

const recorder = createRecorder(0, (block) => {
  parentPort.postMessage(block, [block.seq.buffer]);
  handed++;
  for (let seen; handed - (seen = Atomics.load(taken, 0)) > MOST_WAITING;) Atomics.wait(taken, 0, seen);
});

let state = 1;
/** The minimal standard generator: cheap, and the same at every run. */
const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
for (let seq = 0; seq < samples; seq++) {
  const dueMs = (seq / perSecond) * 1000;
  const handedMs = dueMs + random() * 0.05;
  const sentMs = handedMs + random() * 0.1;
  const doneMs = sentMs + 10 + 5 * random();
  recorder.record(
    { seq, dueMs, handedMs, payload: 0 },
    { ok: true, sentMs, doneMs, doneEarliestMs: doneMs - random() * 0.05 },
  );
}
recorder.flush();
