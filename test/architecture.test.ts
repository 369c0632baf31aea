import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
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

function cruise(): Cruise {
  const { stdout } = spawnSync(
    join(ROOT, 'node_modules/.bin/depcruise'),
    ['--output-type', 'json', '--config', '.dependency-cruiser.cjs', 'src'],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  return JSON.parse(stdout) as Cruise;
}

it('keeps the import table, and notices the one violation that is planted', () => {
  const planted = mkdtempSync(join(ROOT, 'src/generator/planted-'));
  try {
    writeFileSync(
      join(planted, 'planted.ts'),
      "import { createRecorder } from '../../loop/recorder.js';\nexport const planted = createRecorder;\n",
    );
    const { totalCruised, violations } = cruise().summary;
    expect(totalCruised).toBeGreaterThan(100);
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([
      `generator-is-pure: ${relative(ROOT, planted)}/planted.ts -> src/loop/recorder.ts`,
    ]);
  } finally {
    rmSync(planted, { recursive: true });
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
  expect(renaming.sort()).toEqual(['host/whole-file.ts', 'replay/until-valid.ts', 'study/run-live-cells.ts']);
});

it('a list of commands loads no package, and help for one no SDK, no ONNX and no histogram', () => {
  const modulesOf = (argv: string): string =>
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { main } from './dist/commands/main.js'; await main(${argv}); console.log(Object.keys((await import('node:module')).default._cache).join('\\n'))`,
      ],
      { cwd: ROOT, encoding: 'utf8' },
    );
  expect(modulesOf("['--help']")).not.toContain('node_modules');
  const traced = modulesOf("['run', '--help']");
  expect(traced).toContain('@oclif/core');
  expect(traced).not.toMatch(/node_modules.(onnxruntime|undici|apache-arrow|hdr-histogram)/);
});
