import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choosePacing } from '#src/replay/choose-pacing';
import { cpuBudget } from '#src/replay/cpu-budget';
import { countInFlight, createInFlight, inFlightMemory, releaseInFlight } from '#src/replay/in-flight';
import { redactOptions } from '#src/replay/redact-options';
import { makeRunFolder, writeWhole } from '#src/replay/run-folder';

function files(table: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => {
    const text = table[path];
    if (text === undefined) throw new Error(`no ${path}`);
    return text;
  };
}

describe('the CPUs this process may use', () => {
  const host = availableParallelism();
  it.each([
    ['no cgroup', {}, host],
    ['no quota', { '/proc/self/cgroup': '0::/a/b\n', '/sys/fs/cgroup/a/b/cpu.max': 'max 100000\n' }, host],
    [
      'the tightest of all levels',
      {
        '/proc/self/cgroup': '0::/a/b\n',
        '/sys/fs/cgroup/a/b/cpu.max': '90000 100000\n',
        '/sys/fs/cgroup/a/cpu.max': '50000 100000\n',
      },
      0.5,
    ],
    [
      'version 1',
      {
        '/proc/self/cgroup': '3:cpu,cpuacct:/x\n',
        '/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us': '25000\n',
        '/sys/fs/cgroup/cpu/x/cpu.cfs_period_us': '100000\n',
      },
      0.25,
    ],
    [
      'version 1 without a quota',
      {
        '/proc/self/cgroup': '3:cpu:/x\n',
        '/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu/x/cpu.cfs_period_us': '100000\n',
      },
      host,
    ],
  ])('%s', (_name, table, cpus) => {
    expect(cpuBudget(files(table))).toBe(cpus);
  });
});

it('auto is exact where every spinning thread has a CPU; an explicit choice is obeyed, with a warning where CPUs are short', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 16 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 0, max: 8 }),
      (cpus, workers, own) => {
        const enough = cpus >= workers + 1 + own;
        expect(choosePacing('auto', cpus, workers, own).used).toBe(enough ? 'exact' : 'economic');
        expect(choosePacing('economic', cpus, workers, own)).toEqual({
          asked: 'economic',
          used: 'economic',
          why: 'asked for',
        });
        const exact = choosePacing('exact', cpus, workers, own);
        expect(exact.used).toBe('exact');
        expect(exact.warning === undefined).toBe(enough);
      },
    ),
  );
});

it('writes down no option it was not told is public', () => {
  const secret = 's3cr3t-value';
  const options = redactOptions(
    {
      url: `https://user:${secret}@host:8443/path?key=${secret}#${secret}`,
      header: [`authorization: Bearer ${secret}`, secret],
      token: secret,
      servers: '4',
      list: ['a', 'b'],
      [`odd\u001b${'k'.repeat(100)}`]: secret,
    },
    ['servers', 'list'],
  );
  expect(JSON.stringify(options)).not.toContain(secret);
  expect(JSON.stringify(options)).not.toContain('\\u001b');
  expect(options).toMatchObject({
    url: 'https://host:8443/path?(redacted)',
    header: ['authorization: (redacted)', '(redacted)'],
    servers: '4',
    list: ['a', 'b'],
    token: '(redacted)',
  });
});

it('the limit in flight is one for all threads, and a dead thread gives its places back', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.boolean()), { maxLength: 200 }), (steps) => {
      const memory = inFlightMemory(3);
      const threads = [0, 1, 2].map((worker) => createInFlight(memory, worker, 5));
      const open = [0, 0, 0];
      const total = (): number => open.reduce((sum, n) => sum + n, 0);
      for (const [worker, enters] of steps) {
        if (enters) {
          const entered = threads[worker]?.enter();
          expect(entered).toBe(total() < 5);
          if (entered === true) open[worker] = (open[worker] ?? 0) + 1;
        } else if ((open[worker] ?? 0) > 0) {
          threads[worker]?.leave();
          open[worker] = (open[worker] ?? 0) - 1;
        }
        expect(countInFlight(memory)).toBe(total());
      }
      releaseInFlight(memory, 1);
      open[1] = 0;
      expect(countInFlight(memory)).toBe(total());
    }),
  );
});

it('a run takes a new or empty folder, and a file of it is whole or absent', () => {
  const base = mkdtempSync(join(tmpdir(), 'replay-folder-'));
  try {
    const folder = makeRunFolder(join(base, 'new', 'deep'), 'unused');
    expect(readdirSync(folder)).toEqual([]);
    writeWhole(folder, 'a.json', '{}');
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('{}');
    expect(() => makeRunFolder(folder, 'unused')).toThrow(/not empty/);
    writeFileSync(join(base, 'file'), '');
    expect(() => makeRunFolder(join(base, 'file'), 'unused')).toThrow(/it is a file/);
    expect(() => {
      writeWhole(join(base, 'missing'), 'b.json', '{}');
    }).toThrow();
    expect(existsSync(join(base, 'missing'))).toBe(false);
    expect(readdirSync(folder)).toEqual(['a.json']);
  } finally {
    rmSync(base, { recursive: true });
  }
});
