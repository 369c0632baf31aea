import assert from 'node:assert/strict';
import { checkedFacts } from '../backends/registry.js';
import { messageOf } from '../errors.js';
import { answered } from './answered.js';
import type { ContractSubject } from './contract-subject.js';
import { OwnCall } from './own-call.js';
import { closed, withBackend } from './with-backend.js';

/** What a backend leaves when it is closed. */
export function endContract({ it, plugin, options, payloads = [] }: ContractSubject): void {
  it(`${plugin.name}: an open call lets go, aborted or not, and close may be called twice`, async () => {
    await withBackend({ plugin, options, payloads }, async (backend, clock) => {
      const [aborted, open] = [new OwnCall(0, clock.now()), new OwnCall(1, clock.now())];
      const rejections: string[] = [];
      for (const call of [aborted, open]) {
        const handed = backend.invoke(call);
        if (handed === 'settles') continue;
        handed.catch((thrown: unknown) => {
          rejections.push(messageOf(thrown));
        });
      }
      aborted.abort();
      await closed(backend, clock);
      await closed(backend, clock);
      await clock.until(clock.now() + 1);
      assert.deepEqual(rejections, [], 'a promise was rejected');
    });
  });

  it(`${plugin.name}: its facts are texts, finite numbers and booleans`, async () => {
    await withBackend({ plugin, options, payloads }, async (backend, clock) => {
      await answered(backend, clock, 0).catch(() => undefined);
      assert.deepEqual(checkedFacts(backend.facts?.()).leftOut, [], 'facts that no record can hold');
    });
  });
}
