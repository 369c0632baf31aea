import type { SampleBatch } from '../sample.js';
import { hideSecrets } from './hide-secrets.js';

/** A failing service mostly says the same again. */
const MOST_REMEMBERED = 256;

/** A batch whose texts tell none of the secrets: services echo what they were sent. Not for a thread that sends: a text takes up to 50 us. */
export function tellable(secrets: readonly string[]): (batch: SampleBatch) => SampleBatch {
  const hide = remembering(hideSecrets(secrets));
  return (batch) =>
    secrets.length === 0 || batch.details.length === 0
      ? batch
      : { ...batch, details: batch.details.map(({ row, text }) => ({ row, text: hide(text) })) };
}

function remembering(hide: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const hidden = hide(text);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(text, hidden);
    return hidden;
  };
}
