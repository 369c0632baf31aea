import type { Interfaces } from '@oclif/core';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What the parser needs to know of this package. It looks for its commands in a file of its own choice; it is given that file, so that
 * the commands are those of the program that asks: from the bundle, or from the compiled modules that tests import.
 */
export function parserSettings(): Interfaces.LoadOptions {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const target = relative(root, fileURLToPath(new URL('./index.js', import.meta.url)));
  const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Interfaces.PJSON;
  const commands = { strategy: 'explicit', target, identifier: 'COMMANDS' } as const;
  return { root, pjson: { ...own, oclif: { ...own.oclif, commands } } };
}
