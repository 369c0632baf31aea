import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './support/run-cli.js';

interface Cruise {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

function cruise(root: string): Cruise {
  const { stdout } = spawnSync(
    join(ROOT, 'node_modules/.bin/depcruise'),
    ['--output-type', 'json', '--config', '.dependency-cruiser.cjs', 'src'],
    { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  return JSON.parse(stdout) as Cruise;
}

it('keeps the import table, and notices the one violation that is planted', () => {
  // In a copy: other tests read the sources meanwhile.
  const copy = mkdtempSync(join(tmpdir(), 'replay-planted-'));
  try {
    for (const name of ['src', 'package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    writeFileSync(
      join(copy, 'src/generator/planted.ts'),
      "import { createRecorder } from '../loop/recorder.js';\nexport const planted = createRecorder;\n",
    );
    const { totalCruised, violations } = cruise(copy).summary;
    expect(totalCruised).toBeGreaterThan(100);
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([
      'generator-is-pure: src/generator/planted.ts -> src/loop/recorder.ts',
    ]);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

it('names files after what they hold', () => {
  const names = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? names(join(folder, entry.name)) : [entry.name],
    );
  const all = names(join(ROOT, 'src'));
  expect(all.length).toBeGreaterThan(100);
  for (const name of all) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/);
    expect(name).not.toMatch(/util|helper|manager|impl\b/i);
  }
});

it('puts files in place in the one writer of whole files, and moves only folders and runs elsewhere', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const renaming = sources.filter((name) => /\brename(Sync)?\(/.test(readFileSync(join(ROOT, 'src', name), 'utf8')));
  expect(renaming.sort()).toEqual(['host/whole-file.ts', 'replay/until-valid.ts', 'run-folder/finished-run.ts']);
});
