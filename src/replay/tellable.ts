import type { SampleBatch } from '../sample.js';
import { hideSecrets } from './hide-secrets.js';

/** A batch whose texts tell none of the secrets: services echo what they were sent. */
export function tellable(secrets: readonly string[]): (batch: SampleBatch) => SampleBatch {
  const hidden = hideSecrets(secrets);
  return (batch) =>
    secrets.length === 0 || batch.details.length === 0
      ? batch
      : { ...batch, details: batch.details.map(({ row, text }) => ({ row, text: hidden(text) })) };
}
