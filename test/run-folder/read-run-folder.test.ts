import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '#src/errors';
import { readRecord } from '#src/run-folder/read-record';
import { readReport } from '#src/run-folder/read-report';
import { runCli } from '../support/run-cli.js';

const root = mkdtempSync(join(tmpdir(), 'replay-reader-'));
const at = (name: string): string => join(root, name);
type Json = Record<string, unknown>;
type Path = readonly (string | number)[];

beforeAll(async () => {
  const args = ['--rate', '20/s', '--duration', '4s', '--backend', 'simulated', '--set', 'failure-ratio=0.2'];
  const more = ['--time', 'virtual', '--batch-size', '2', '--machine', 'aws:t2.2xlarge', '--threshold', 'success>1%', '--tag', 'a=b']; // prettier-ignore
  const { code, stderr } = await runCli(['run', ...args, ...more, '--no-html', '-q', '-o', at('run')]);
  expect(code, stderr).toBe(0);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const json = (file: string): Json => JSON.parse(readFileSync(join(at('run'), file), 'utf8')) as Json;

test('reads back what a run wrote, and every record of today says what was sent', () => {
  expect(readRecord(at('run'))).toEqual(json('run.json'));
  expect(readRecord(at('run')).sent).toMatchObject({ payloads: 0, bytes: 0 });
  expect(readReport(at('run')).sections.outcomes.planned).toBe(readRecord(at('run')).plan.planned);
});

describe('what is wrong is one line that names the file and the field', () => {
  const WRONG: readonly unknown[] = ['x', null, -1.5, []];

  test.each([
    ['run.json', readRecord],
    ['report.json', readReport],
  ] as const)('%s: every value at every place', (file, read) => {
    const value = json(file);
    const folder = at('broken');
    cpSync(at('run'), folder, { recursive: true });
    let refused = 0;
    for (const path of pathsOf(value)) {
      for (const wrong of [...WRONG, undefined]) {
        writeFileSync(join(folder, file), JSON.stringify(withValue(value, path, wrong)));
        try {
          read(folder);
        } catch (thrown) {
          refused++;
          expect(thrown, String(path)).toBeInstanceOf(UserError);
          const { message } = thrown as Error;
          expect(message).toContain(`${file}: ${String(path[0])}`);
          expect(message).not.toContain('\n');
        }
      }
    }
    expect(refused).toBeGreaterThan(100);
    rmSync(folder, { recursive: true });
  });

  test('through the commands: exit 2, whatever stands there, and never a crash', async () => {
    const commands = (run: string): readonly (readonly string[])[] => [
      ['report', run, '--no-write'],
      ['compare', run],
      ['export', run, '--format', 'csv'],
    ];
    for (const [file, path, wrong, named] of [
      ['run.json', ['plan', 'planned'], 'x', 'plan.planned must be a whole number of at least 0'],
      ['run.json', ['plan', 'duePerSecond'], [1, null], 'plan.duePerSecond.1 must be'],
      ['run.json', ['end', 'crashes'], 7, 'end.crashes must be a list'],
      ['run.json', ['format'], 2, 'format must be 1'],
      ['report.json', ['sections', 'latency', 'all', 'p99Ms'], 'x', 'sections.latency.all.p99Ms must be a number'],
    ] as const) {
      cpSync(at('run'), at('bad'), { recursive: true });
      writeFileSync(join(at('bad'), file), JSON.stringify(withValue(json(file), path, wrong)));
      let refusals = 0;
      for (const command of commands(at('bad'))) {
        const { code, stderr } = await runCli(command);
        expect([0, 2], `${command.join(' ')}: ${stderr}`).toContain(code);
        if (code === 2) refusals++;
        if (code === 2) expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(`${file}: ${named}`)]);
      }
      expect(refusals).toBeGreaterThan(0);
      rmSync(at('bad'), { recursive: true });
    }
  });

  test('no folder, a file, and a folder without a run', async () => {
    writeFileSync(at('file'), '');
    for (const [folder, why] of [
      [at('none'), 'there is no such folder'],
      [at('file'), 'is not a folder'],
      [root, 'run.json is missing'],
    ] as const) {
      expect(() => readRecord(folder)).toThrow(why);
      const { code, stderr } = await runCli(['report', folder]);
      expect([code, stderr.split('\n').length]).toEqual([2, 2]);
      expect(stderr).toContain(why);
    }
  });
});

/** Every place in a value, the lists by their first two items. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const own = path.length === 0 ? [] : [path];
  if (Array.isArray(value)) return [...own, ...value.slice(0, 2).flatMap((one, i) => pathsOf(one, [...path, i]))];
  if (typeof value !== 'object' || value === null) return own;
  return [...own, ...Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...path, key]))];
}

/** A copy with another value at one place; undefined: without it. */
function withValue(value: unknown, [first, ...rest]: Path, wrong: unknown): unknown {
  if (first === undefined) return wrong;
  if (Array.isArray(value)) return value.map((one, i) => (i === first ? (withValue(one, rest, wrong) ?? null) : (one as unknown))); // prettier-ignore
  const entries = Object.entries(value as Json);
  return Object.fromEntries(entries.flatMap(([key, one]) => {
    const changed = key === first ? withValue(one, rest, wrong) : one;
    return changed === undefined ? [] : [[key, changed]];
  })); // prettier-ignore
}
