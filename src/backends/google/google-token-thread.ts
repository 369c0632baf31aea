import { parentPort, workerData } from 'node:worker_threads';
import { isUserError, messageOf } from '../../errors.js';
import { googleTokens, type TokenWish } from './google-credentials.js';
import { openTokenSource, type TokenFacts } from './google-token.js';

/** What the thread says: first whether there is a token, then what became of each attempt to replace it. */
export type FromTokenThread =
  | {
      readonly kind: 'token';
      readonly text: string;
      readonly quotaProject: string | undefined;
      readonly facts: TokenFacts;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly mendable: boolean };

if (parentPort !== null) {
  const port = parentPort;
  const say = (message: FromTokenThread): void => {
    port.postMessage(message);
  };
  // Keeps the thread; the source's timers do not.
  port.on('message', () => undefined);
  try {
    const fetch = await googleTokens(workerData as TokenWish, process.env);
    const source = await openTokenSource(fetch, undefined, tell);
    function tell(): void {
      say({ kind: 'token', text: source.current(), quotaProject: source.quotaProject, facts: source.facts() });
    }
    tell();
  } catch (thrown) {
    say({ kind: 'failed', message: messageOf(thrown), mendable: isUserError(thrown) });
  }
}
