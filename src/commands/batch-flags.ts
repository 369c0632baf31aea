import { UserError } from '../errors.js';
import { parseDurationMs } from '../text/quantities.js';
import type { Batching } from '../run.js';
import { textFlag, wholeNumber } from './text-flag.js';

const DEFAULT_WAIT_MS = 50;
const MOST_WAIT_MS = 3_600_000;

/** The flags of requests that go together. */
export const BATCH_FLAGS = {
  'batch-size': textFlag(
    'batch-size',
    wholeNumber(1, 10_000),
  )({ description: 'collect up to N requests into one call' }),
  'batch-wait': textFlag(
    'batch-wait',
    parseWaitMs,
  )({ description: 'send a batch once its oldest request has waited this long; 50ms unless given' }),
};

/** Throws `UserError` for a wait without a size. */
export function givenBatching(flags: {
  readonly 'batch-size': number | undefined;
  readonly 'batch-wait': number | undefined;
}): { readonly batching?: Batching } {
  const { 'batch-size': size, 'batch-wait': waitMs } = flags;
  if (size !== undefined) return { batching: { size, waitMs: waitMs ?? DEFAULT_WAIT_MS } };
  if (waitMs !== undefined) throw new UserError('--batch-wait is for batches; add --batch-size N');
  return {};
}

function parseWaitMs(text: string): number {
  const waitMs = parseDurationMs(text);
  if (waitMs > MOST_WAIT_MS) throw new Error('give at most 1h');
  return waitMs;
}
