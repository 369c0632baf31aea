import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Neither the texts nor any file of the run folder hold a planted secret. */
export function expectNoSecret(folder: string, ...texts: readonly string[]): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(2);
  const all = [...texts, ...files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))];
  for (const text of all) expect(text).not.toContain('planted');
}
