import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '#src/errors';
import { reportAgain } from '#src/conclude/report-again';
import type { Report } from '#src/report';
import { logDamages, messageBounds } from '../support/log-damages.js';
import { readRecord, readReport, runCli, spawnCli } from '../support/run-cli.js';

const RUN = ['--rate', '400/s', '--backend', 'null', '--pacing', 'economic', '--quiet', '--no-html'];
let folder = '';
let whole = '';
let killed = '';
/** The log of another run of the same trace. */
let foreign: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'damaged-log-'));
  [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')];
  await runCli([...RUN, '--duration', '2s', '--out', whole]);
  await runCli([...RUN, '--duration', '2s', '--out', join(folder, 'foreign')]);
  foreign = readFileSync(logOf(join(folder, 'foreign')));
  let child: ChildProcess | undefined;
  const over = spawnCli([...RUN, '--duration', '60s', '--out', killed], (started) => (child = started));
  while (sizeOf(logOf(killed)) < 40_000) await new Promise((go) => setTimeout(go, 20));
  child?.kill('SIGKILL');
  await over;
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
const logOf = (run: string): string => join(run, 'samples.arrows');

const DAMAGES = logDamages(() => foreign);

/** The report of a run with another log; undefined: it is refused. */
async function reportWith(run: string, log: Buffer): Promise<Report | undefined> {
  const copy = join(folder, 'copy');
  mkdirSync(copy, { recursive: true });
  cpSync(join(run, 'run.json'), join(copy, 'run.json'));
  writeFileSync(logOf(copy), log);
  return reportAgain(copy).catch((thrown: unknown) => {
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as UserError).message).not.toContain('\n');
    return undefined;
  });
}

const withoutNotes = (report: Report): Report => ({ ...report, run: { ...report.run, notes: [] } });

describe('a single damage to a sample log', () => {
  for (const [name, damages] of Object.entries(DAMAGES)) {
    it(`is refused or changes no number: ${name}`, async () => {
      const log = readFileSync(logOf(whole));
      const sound = await reportAgain(whole);
      expect(sound.sections.outcomes.ok).toBeGreaterThan(700);
      await fc.assert(
        fc.asyncProperty(damages, async (damage) => {
          const report = await reportWith(whole, damage(log));
          if (report !== undefined) expect(report).toEqual(sound);
        }),
        { numRuns: 25 },
      );
    });

    it(`after a kill only takes requests into the unknown: ${name}`, async () => {
      const log = readFileSync(logOf(killed));
      const sound = await reportAgain(killed);
      const { ok, planned } = sound.sections.outcomes;
      expect(ok).toBeGreaterThan(100);
      await fc.assert(
        fc.asyncProperty(damages, async (damage) => {
          const report = await reportWith(killed, damage(log));
          if (report === undefined) return;
          const now = report.sections.outcomes;
          expect(report.verdict.valid).toBe(false);
          expect(now.ok + (now.failures.unknown ?? 0)).toBe(planned);
          expect(now.ok).toBeLessThanOrEqual(ok);
          if (now.ok === ok) expect(withoutNotes(report)).toEqual(withoutNotes(sound));
        }),
        { numRuns: 12 },
      );
    });
  }

  it('after a kill leaves out the damaged block only, and the report says so', async () => {
    const log = readFileSync(logOf(killed));
    const [, from = 0, to = 0] = messageBounds(log).slice(-4);
    const copy = Buffer.from(log);
    copy[to - 64] = (copy[to - 64] as number) ^ 1;
    const [sound, report] = [await reportAgain(killed), await reportWith(killed, copy)];
    expect(from).toBeGreaterThan(0);
    expect(report?.run.notes.join(' ')).toContain('damaged and left out');
    expect(report?.sections.outcomes.ok).toBeLessThan(sound.sections.outcomes.ok);
    expect(report?.sections.outcomes.ok).toBeGreaterThan(0);
  });
});

describe('replay report', () => {
  it('refuses a log that was cut, with exit 2, and leaves report.json as it is', async () => {
    const run = join(folder, 'cut');
    cpSync(whole, run, { recursive: true });
    truncateSync(logOf(run), Math.floor(statSync(logOf(run)).size / 2));
    const before = readFileSync(join(run, 'report.json'), 'utf8');
    const { code, stderr } = await runCli(['report', run]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/does not fit the run\.json beside it \(it has \d+ bytes, \d+ were written\)/);
    expect(readFileSync(join(run, 'report.json'), 'utf8')).toBe(before);
  });

  it('never replaces a report.json that knows more', async () => {
    const run = join(folder, 'lost');
    cpSync(whole, run, { recursive: true });
    writeFileSync(join(run, 'run.json'), JSON.stringify({ ...readRecord(run), end: null }));
    truncateSync(logOf(run), Math.floor(statSync(logOf(run)).size / 2));
    const before = readFileSync(join(run, 'report.json'), 'utf8');
    const { code, stdout, stderr } = await runCli(['report', run]);
    expect(code).toBe(0);
    expect(stdout).toContain('INVALID');
    expect(stderr).toContain('report.json stays as it is');
    expect(readFileSync(join(run, 'report.json'), 'utf8')).toBe(before);
  });

  it('reads the log of a version without checksums, and says that it is unchecked', async () => {
    const run = join(folder, 'old');
    cpSync(whole, run, { recursive: true });
    const { samplesKey: _, ...record } = readRecord(run);
    writeFileSync(join(run, 'run.json'), JSON.stringify(record));
    const report = await reportAgain(run);
    expect(report.run.notes.join(' ')).toContain('without checksums');
    expect(report.sections).toEqual(readReport(run).sections);
  });
});

describe('two runs that start into one folder', () => {
  it('one is refused with exit 2 and the folder is that of the other', async () => {
    for (let pair = 0; pair < 3; pair++) {
      const out = join(folder, `pair-${String(pair)}`);
      if (pair === 1) mkdirSync(out);
      const runs = [1, 2].map(
        (seed) =>
        spawnCli(['--rate', '200/s', '--duration', '300ms', '--backend', 'null', '--pacing', 'economic', '--quiet', '--no-html', '--seed', String(seed), '--out', out]), // prettier-ignore
      );
      const codes = (await Promise.all(runs)).map(({ code }) => code);
      expect(codes.filter((code) => code === 2)).toHaveLength(1);
      const { outcomes } = readReport(out).sections;
      expect(readRecord(out).seed).toBe(codes.indexOf(2) === 0 ? 2 : 1);
      expect(await reportAgain(out)).toEqual(readReport(out));
      expect(outcomes.ok).toBe(outcomes.planned);
    }
  }, 60_000);
});
