import assert from 'node:assert/strict';
import type { BatchCall, BatchOutcome } from '../backends/backend.js';
import { invoked } from '../backends/invoked.js';
import { inTime } from './answered.js';
import { assertOutcome } from './assert-times.js';
import type { ContractSubject } from './contract-subject.js';
import { BATCH, OwnBatch } from './own-call.js';
import { withBackend } from './with-backend.js';

/** Whether the service answers each request of a batch is the service's matter. */
export function batchContract({ it, plugin, options, batchPayloads: payloads }: ContractSubject): void {
  if (payloads === undefined) return;
  it(`${plugin.name}: a batch resolves with one outcome whose times need no correction`, async () => {
    assert.equal(plugin.batches?.(plugin.parseOptions(options)), true, '`batches` does not say true');
    await withBackend({ plugin, options, payloads, batchSize: BATCH }, async (backend, clock) => {
      for (let seq = 0; seq < 3; seq++) {
        const handedMs = clock.now();
        const { lacking, ...outcome } = await inTime(
          'invokeBatch',
          invoked<BatchCall, BatchOutcome>(
            (call) => {
              assert.ok(backend.invokeBatch !== undefined, 'batches says true, and there is no invokeBatch');
              return backend.invokeBatch(call);
            },
            (settle) => new OwnBatch(seq, handedMs, settle),
          ),
        );
        assertOutcome(outcome, handedMs, clock.now());
        assert.ok(outcome.ok, `failed: ${JSON.stringify(outcome)}`);
        for (const place of lacking?.at ?? [])
          assert.ok(place >= 0 && place < BATCH, `no place in a batch: ${String(place)}`);
      }
    });
  });
}
