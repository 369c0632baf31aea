import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LocatedPlugin } from '../backends/registry.js';

/** What is known of the code of a plugin: nothing of one that replay ships, whose version says it. */
export function moduleIdentity({ url, builtIn }: LocatedPlugin): Readonly<Record<string, string>> {
  if (builtIn) return {};
  return {
    'plugin sha256': createHash('sha256')
      .update(readFileSync(fileURLToPath(url)))
      .digest('hex'),
  };
}
