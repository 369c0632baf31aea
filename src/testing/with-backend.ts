import assert from 'node:assert/strict';
import type { Backend } from '../backends/backend.js';
import type { Clock } from '../clock.js';
import { createSystemClock } from '../time/system-clock.js';
import type { Subject } from './contract-subject.js';
import { openedBackend } from './opened-backend.js';

/** How long an open call may keep `close` waiting. */
const LET_GO_MS = 1000;

/** Opens the backend on a real clock, and closes both afterwards. */
export async function withBackend(
  subject: Subject,
  use: (backend: Backend, clock: Clock) => Promise<void>,
): Promise<void> {
  const clock = createSystemClock('exact');
  try {
    const backend = await openedBackend(subject, clock, new AbortController().signal);
    try {
      await use(backend, clock);
    } finally {
      await closed(backend, clock);
    }
  } finally {
    clock.close();
  }
}

/** Fails when it takes too long, instead of waiting with the test runner. */
export async function closed(backend: Backend, clock: Clock): Promise<void> {
  const over = new AbortController();
  const tooLate = clock.until(clock.now() + LET_GO_MS, over.signal).then(() => 'too late' as const);
  const first = await Promise.race([backend.close?.(), tooLate]);
  over.abort();
  assert.notEqual(first, 'too late', `close took more than ${String(LET_GO_MS)} ms`);
}
