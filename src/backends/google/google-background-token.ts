import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../../errors.js';
import type { Hide } from '../backend.js';
import type { TokenWish } from './google-credentials.js';
import type { FromTokenThread } from './google-token-thread.js';
import type { TokenSource } from './google-token.js';

/**
 * A token source in a thread of its own: to get a token is signing, TLS and a library that takes 10 to 20 ms at a stretch,
 * which the thread that keeps the schedule must not wait for. Here a new token is one message. `hide` hears of each before it is used. Rejects with `UserError`
 * when there is none to be had.
 */
export async function openBackgroundToken(wish: TokenWish, hide: Hide = () => undefined): Promise<TokenSource> {
  // Without the flags of this process, some of which no thread takes (--input-type).
  const worker = new Worker(new URL('./google-token-thread.js', import.meta.url), { workerData: wish, execArgv: [] });
  const first = await firstToken(worker);
  let { text, facts } = first;
  hide(text);
  worker.on('message', (message: FromTokenThread) => {
    if (message.kind !== 'token') return;
    hide(message.text);
    ({ text, facts } = message);
  });
  worker.on('error', () => {
    facts = { ...facts, tokenRefreshesFailed: facts.tokenRefreshesFailed + 1 };
  });
  // A token keeps no run alive.
  worker.unref();
  return {
    current: () => text,
    quotaProject: first.quotaProject,
    facts: () => facts,
    close: () => void worker.terminate(),
  };
}

function firstToken(worker: Worker): Promise<FromTokenThread & { readonly kind: 'token' }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(error);
      void worker.terminate();
    };
    worker.once('message', (message: FromTokenThread) => {
      if (message.kind === 'token') resolve(message);
      else fail(message.mendable ? new UserError(message.message) : new Error(message.message));
    });
    worker.once('error', (thrown) => {
      fail(new Error(`the thread that gets Google tokens died: ${messageOf(thrown)}`));
    });
  });
}
