import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { messageOf } from '../../errors.js';
import { feedTable, type FeedTable } from './feed-table.js';
import {
  monotonicMs,
  type FromSession,
  type Ran,
  type SessionOrder,
  type ToSession,
  type Wanted,
} from './session-messages.js';
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
  const table = feedTable(feeds);
  let running = Promise.resolve();
  port.on('message', (message: ToSession) => {
    if (message === 'close')
      void running.then(() => {
        port.close();
      });
    else running = run(session, message, table).then(say);
  });
  say({ kind: 'open', inputs: session.inputs, outputs: session.outputs });
}

function reasonOf(thrown: unknown): (FromSession & { readonly kind: 'unopened' })['reason'] {
  if (thrown instanceof MissingRuntime) return 'missing-runtime';
  return thrown instanceof MissingProvider ? 'missing-provider' : 'broken-model';
}

/** Outputs cross to the other threads only where they were asked for. */
async function run(session: Session, wanted: Wanted, feeds: FeedTable): Promise<Ran> {
  const startMs = monotonicMs();
  try {
    const isOwn = typeof wanted !== 'number' && !(wanted instanceof Uint32Array);
    const { outputs } = await session.run(isOwn ? wanted : feeds.feed(wanted));
    const endMonotonicMs = monotonicMs();
    const ran: Ran = { kind: 'ran', endMonotonicMs, tookMs: endMonotonicMs - startMs };
    return isOwn ? { ...ran, outputs } : ran;
  } catch (thrown) {
    const endMonotonicMs = monotonicMs();
    return { kind: 'ran', endMonotonicMs, tookMs: endMonotonicMs - startMs, error: messageOf(thrown) };
  }
}
