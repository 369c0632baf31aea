import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { messageOf } from '../../errors.js';
import type { Feed } from './fill-inputs.js';
import { monotonicMs, type FromSession, type Ran, type SessionOrder, type ToSession } from './session-messages.js';
import { MissingRuntime, openSession, type Session } from './session.js';

/** A thread that owns one session and does nothing else: a run blocks it. */
if (parentPort !== null) await serve(parentPort, workerData as SessionOrder);

async function serve(port: MessagePort, { modelPath, intraOpThreads, feeds }: SessionOrder): Promise<void> {
  const say = (message: FromSession): void => {
    port.postMessage(message);
  };
  let session: Session;
  try {
    session = await openSession(modelPath, intraOpThreads);
  } catch (thrown) {
    say({
      kind: 'unopened',
      reason: thrown instanceof MissingRuntime ? 'missing-runtime' : 'broken-model',
      detail: messageOf(thrown),
    });
    return;
  }
  let running = Promise.resolve();
  port.on('message', (message: ToSession) => {
    if (message === 'close')
      void running.then(() => {
        port.close();
      });
    else running = run(session, feeds[message]).then(say);
  });
  say({ kind: 'open', inputs: session.inputs });
}

async function run(session: Session, feed: Feed | undefined): Promise<Ran> {
  const startMs = monotonicMs();
  try {
    if (feed === undefined) throw new Error('the payload table has no such entry');
    await session.run(feed);
    const endMonotonicMs = monotonicMs();
    return { kind: 'ran', endMonotonicMs, tookMs: endMonotonicMs - startMs };
  } catch (thrown) {
    const endMonotonicMs = monotonicMs();
    return { kind: 'ran', endMonotonicMs, tookMs: endMonotonicMs - startMs, error: messageOf(thrown) };
  }
}
