import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ROOT } from '../support/run-cli.js';

const project = mkdtempSync(join(tmpdir(), 'replay-results-'));
const reports = join(project, 'reports');
afterAll(() => {
  rmSync(project, { recursive: true });
});

/** The tests of a project, by vitest. */
function runTests(report: string): void {
  const words = ['run', '--root', project, '--globals', '--reporter=json', `--outputFile=${join(reports, report)}`];
  spawnSync(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...words], { cwd: project });
}

function results(...words: readonly string[]) {
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, '.ci/results.js'), ...words], {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

it('CI names the tests that failed, and those that pass only when run again, right before the count', () => {
  mkdirSync(reports);
  const once = join(project, 'ran-once');
  writeFileSync(join(project, 'whole.test.js'), "it('adds', () => expect(1 + 1).toBe(2)); it('adds more', () => {});");
  writeFileSync(
    join(project, 'rare.test.js'),
    `import { existsSync, writeFileSync } from 'node:fs';
     const late = !existsSync('${once}'); writeFileSync('${once}', '');
     it('is in time', () => expect(late ? 7 : 5).toBe(5));
     it('is wrong', () => expect(3).toBe(4));`,
  );
  writeFileSync(join(project, 'broken.test.js'), "import './missing.js';");
  runTests('suite.json');
  expect(results('files', join(reports, 'suite.json')).lines.sort()).toEqual(['broken.test.js', 'rare.test.js']);
  const first = results('summary', reports);
  expect([first.status, first.lines.at(-1)]).toEqual([1, '2 passed, 3 failed, 0 skipped']);

  runTests('suite.again.json');
  copyFileSync(join(reports, 'suite.json'), join(reports, 'node-24.json'));
  const { status, lines } = results('summary', reports);
  expect(lines.slice(0, -4).sort()).toEqual([
    expect.stringMatching(/^FAILED: broken\.test\.js > does not load: .*missing\.js/),
    expect.stringMatching(/^FAILED: rare\.test\.js > is wrong: AssertionError: expected 3 to be 4/),
    expect.stringMatching(
      /^passed only when run again: rare\.test\.js > is in time: AssertionError: expected 7 to be 5/,
    ),
  ]);
  for (const line of lines.slice(-4, -1)) expect(line).toMatch(/^failed on Node 24: (broken|rare)\.test\.js > /);
  expect([status, lines.at(-1)]).toEqual([1, '3 passed, 2 failed, 0 skipped']);
});
