import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UserError } from '#src/errors';
import { reportAgain } from '#src/conclude/report-again';
import { logDamages } from '../support/log-damages.js';
import { runCli } from '../support/run-cli.js';

const CASES = 2000;

it('a single damage to a sample log is refused or changes no number (2,000 of each kind)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'damaged-logs-'));
  const [run, other, copy] = ['run', 'other', 'copy'].map((name) => join(folder, name)) as [string, string, string];
  for (const out of [run, other])
    await runCli(['--rate', '400/s', '--duration', '2s', '--backend', 'null', '--quiet', '--no-html', '--out', out]);
  const log = readFileSync(join(run, 'samples.arrows'));
  const foreign = readFileSync(join(other, 'samples.arrows'));
  const sound = await reportAgain(run);
  mkdirSync(copy);
  cpSync(join(run, 'run.json'), join(copy, 'run.json'));
  let refused = 0;
  for (const damages of Object.values(logDamages(() => foreign))) {
    await fc.assert(
      fc.asyncProperty(damages, async (damage) => {
        writeFileSync(join(copy, 'samples.arrows'), damage(log));
        const report = await reportAgain(copy).catch((thrown: unknown) => {
          expect(thrown).toBeInstanceOf(UserError);
          refused++;
          return sound;
        });
        expect(report).toEqual(sound);
      }),
      { numRuns: CASES },
    );
  }
  // Most damages change the file, so a check that refuses nothing fails here.
  expect(refused).toBeGreaterThan(CASES);
  rmSync(folder, { recursive: true });
});
