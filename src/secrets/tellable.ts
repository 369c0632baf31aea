import type { SampleBlock } from '../sample.js';
import { hideSecrets } from './hide-secrets.js';

/** A failing service mostly says the same again. */
const MOST_REMEMBERED = 256;

/** A block whose texts tell none of the secrets: services echo what they were sent. Not for a thread that sends: a text takes up to 50 us. */
export function tellable(secrets: readonly string[]): (block: SampleBlock) => SampleBlock {
  const hide = remembering(hideSecrets(secrets));
  return (block) =>
    secrets.length === 0 || block.details.length === 0
      ? block
      : { ...block, details: block.details.map(({ row, text }) => ({ row, text: hide(text) })) };
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
