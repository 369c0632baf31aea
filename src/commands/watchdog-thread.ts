import { isMainThread, workerData } from 'node:worker_threads';

export interface Heartbeat {
  /** Counts up while the main thread turns. */
  readonly beats: Int32Array;
  readonly mostBlockedMs: number;
}

/** How often it looks at the heartbeat. */
const LOOK_MS = 100;

if (!isMainThread) watch(workerData as Heartbeat);

/** Ends what the main thread does once its heart has not beaten for the time given. A frozen process freezes this count, too. */
function watch({ beats, mostBlockedMs }: Heartbeat): void {
  let [last, looks] = [-1, 0];
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    looks = now === last ? looks + 1 : 0;
    last = now;
    if (looks * LOOK_MS < mostBlockedMs) return;
    // It goes on looking, which keeps this thread alive for the answers.
    looks = -Infinity;
    void endLoop();
  }, LOOK_MS);
}

/** The inspector reaches into a thread that runs a loop: first it says so there, then it ends the loop. */
async function endLoop(): Promise<void> {
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connectToMainThread();
  session.post(
    'Runtime.evaluate',
    { expression: `globalThis[Symbol.for('replay.main-thread-is-blocked')]?.()` },
    () => {
      session.post('Runtime.terminateExecution', () => {
        session.disconnect();
      });
    },
  );
}
