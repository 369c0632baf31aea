import assert from 'node:assert/strict';
import { MessageChannel } from 'node:worker_threads';
import type { Clock } from '../clock.js';
import { knowsSent } from '../plan/knows-sent.js';
import { answered } from './answered.js';
import type { ContractSubject } from './contract-subject.js';
import { withBackend } from './with-backend.js';

/** How long `invoke` may keep the thread: every other request that is due meanwhile is late by it. */
const MOST_BLOCKED_MS = 5;
const MOST_TRIES = 50;

/** What a call returns, and when. Calls go straight to the backend: nothing is caught or clamped on the way. */
export function callContract({ it, plugin, options, failing, payloads = [] }: ContractSubject): void {
  it(`${plugin.name}: a call resolves with an outcome whose times need no correction`, async () => {
    const tells = knowsSent(plugin, plugin.parseOptions(options));
    await withBackend({ plugin, options, payloads }, async (backend, clock) => {
      for (let seq = 0; seq < 5; seq++) {
        const outcome = await answered(backend, clock, seq);
        assert.ok(outcome.ok, `failed: ${JSON.stringify(outcome)}`);
        assert.ok(!tells || Number.isFinite(outcome.sentMs), 'knowsSent is true, and sentMs is missing');
      }
    });
  });

  it(`${plugin.name}: invoke does not block the thread that keeps the schedule`, async () => {
    await withBackend({ plugin, options, payloads }, async (backend, clock) => {
      let leastMs = Infinity;
      // The least of several: during any one of them another process may have had the CPU.
      for (let seq = 0; seq < MOST_TRIES && leastMs > MOST_BLOCKED_MS; seq++) {
        // What the outcome must be, other tests say.
        const [outcome, ms] = await keptBusy(clock, () => answered(backend, clock, seq).catch(() => undefined));
        leastMs = Math.min(leastMs, ms);
        await outcome;
      }
      assert.ok(leastMs <= MOST_BLOCKED_MS, `each call kept the thread for at least ${leastMs.toFixed(1)} ms`);
    });
  });

  if (failing !== undefined)
    it(`${plugin.name}: a failure is returned, not thrown`, async () => {
      await withBackend({ plugin, options: failing, payloads }, async (backend, clock) => {
        for (let seq = 0; seq < 3; seq++) {
          const outcome = await answered(backend, clock, seq);
          assert.ok(!outcome.ok, 'it succeeds, although `failing` says that it fails');
        }
      });
    });
}

/** What `work` returns, and how long it kept the thread until the event loop went on. */
async function keptBusy<T>(clock: Clock, work: () => Promise<T>): Promise<readonly [Promise<T>, number]> {
  await nextTurn();
  const startMs = clock.now();
  const started = work();
  await nextTurn();
  return [started, clock.now() - startMs];
}

/** After all that is pending in this turn of the event loop; a message to oneself is no timer. */
function nextTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.once('message', () => {
      port1.close();
      resolve();
    });
    port2.postMessage(null);
  });
}
