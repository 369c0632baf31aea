import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { messageOf } from '../../errors.js';
import type { Feed } from './fill-inputs.js';
import { monotonicMs, type FromSession, type Ran, type SessionOrder, type ToSession } from './session-messages.js';
import { MissingProvider, MissingRuntime, openSession, type Session } from './session.js';

/** A thread that owns one session and does nothing else: a run blocks it. */
if (parentPort !== null) await serve(parentPort, workerData as SessionOrder);

async function serve(port: MessagePort, { modelPath, intraOpThreads, provider, feeds }: SessionOrder): Promise<void> {
  const say = (message: FromSession): void => {
    port.postMessage(message);
  };
  let session: Session;
  try {
    session = await openSession(modelPath, intraOpThreads, provider);
  } catch (thrown) {
    say({
      kind: 'unopened',
      reason: reasonOf(thrown),
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
    else running = run(session, message, feeds).then(say);
  });
  say({ kind: 'open', inputs: session.inputs, outputs: session.outputs });
}

function reasonOf(thrown: unknown): (FromSession & { readonly kind: 'unopened' })['reason'] {
  if (thrown instanceof MissingRuntime) return 'missing-runtime';
  return thrown instanceof MissingProvider ? 'missing-provider' : 'broken-model';
}

/** Outputs cross to the other threads only where they were asked for. */
async function run(session: Session, wanted: number | Feed, feeds: readonly Feed[]): Promise<Ran> {
  const startMs = monotonicMs();
  const feed = typeof wanted === 'number' ? feeds[wanted] : wanted;
  try {
    if (feed === undefined) throw new Error('the payload table has no such entry');
    const { outputs } = await session.run(feed);
    const endMonotonicMs = monotonicMs();
    const ran: Ran = { kind: 'ran', endMonotonicMs, tookMs: endMonotonicMs - startMs };
    return typeof wanted === 'number' ? ran : { ...ran, outputs };
  } catch (thrown) {
    const endMonotonicMs = monotonicMs();
    return { kind: 'ran', endMonotonicMs, tookMs: endMonotonicMs - startMs, error: messageOf(thrown) };
  }
}
