import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Report } from '#src/report';
import { expectConserved, runCli } from '../support/run-cli.js';
import {
  bash,
  expectOneLine,
  faultCases,
  virtualRun,
  type FaultCase,
  type FaultEnd,
  type Place,
} from './fault-case.js';

/** Whether this user may mount. */
const MOUNTS = mountsWork();

function mountsWork(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'replay-mount-'));
  const works = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]).status === 0;
  if (works) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return works;
}

function mounted(options: string): (place: Place) => () => void {
  return ({ folder }) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
    return () => void spawnSync('umount', [disk]);
  };
}

const onDisk = ({ folder }: Place): Place => ({ folder, out: join(folder, 'disk', 'run') });

/** 6,000 rows: more than any of these disks takes. */
function fastRun({ out }: Place): string[] {
  const load = ['--rate', '2000/s', '--duration', '3s', '--backend', 'null', '--pacing', 'economic'];
  return [...load, '--quiet', '--json', '--out', out];
}

/** The disk took a part of the run: the numbers are printed all the same, and the log counts no more than it has. */
async function expectPrinted({ code, stdout, stderr }: FaultEnd, { out }: Place): Promise<void> {
  expect(code).toBe(2);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^replay: .*(ulimit|space|larger)/);
  const printed = JSON.parse(stdout) as Report;
  expectConserved(printed);
  expect(printed.sections.outcomes.ok).toBeGreaterThan(0);
  if (!existsSync(join(out, 'run.json'))) return;
  const again = await runCli(['report', out, '--json', '--no-write']);
  if (again.code === 2) return;
  const { sections, verdict } = JSON.parse(again.stdout) as Report;
  const { ok, failures } = sections.outcomes;
  if (ok < printed.sections.outcomes.ok) expect([failures.unknown !== undefined, verdict.valid]).toEqual([true, false]);
  const exported = await runCli(['export', out, '--format', 'csv']);
  expect(exported.stderr).not.toContain('killed');
}

faultCases('a disk that is full', [
  {
    name: 'for the sample log: the numbers are printed',
    command: (place) => fastRun(place),
    through: bash('ulimit -f 40; exec "$@"'),
    holds: expectPrinted,
  },
  ...(MOUNTS
    ? [16, 48].map((kB): FaultCase => ({
        name: `of ${String(kB)} kB`,
        prepare: mounted(`size=${String(kB)}k`),
        command: (place) => fastRun(onDisk(place)),
        async holds(end, place) {
          const { out } = onDisk(place);
          if (existsSync(out)) return expectPrinted(end, onDisk(place));
          expectOneLine(end, /no space left/);
        },
      }))
    : []),
]);

faultCases('a place that takes nothing: one line, and no folder is left', [
  ...['/proc/replay', '/proc/replay/deeper', '/sys/replay'].map((out): FaultCase => ({
    name: `--out ${out}`,
    needs: existsSync('/proc/self') && existsSync('/sys/fs'),
    command: (place) => virtualRun({ ...place, out }),
    holds(end) {
      expectOneLine(end, /^replay: \/(proc|sys)\/replay.*: (there is no such|not permitted)/);
    },
  })),
  {
    name: 'a name below new folders that is too long',
    command: (place) => virtualRun({ ...place, out: join(place.out, 'a', 'x'.repeat(300)) }),
    holds(end, { folder }) {
      expectOneLine(end, /too long/);
      expect(readdirSync(folder)).toEqual([]);
    },
  },
  ...(MOUNTS
    ? [
        {
          name: 'a read-only disk',
          prepare: mounted('ro'),
          command: (place: Place) => virtualRun(onDisk(place)),
          holds(end: FaultEnd) {
            expectOneLine(end, /the disk is read-only/);
          },
        },
      ]
    : []),
  {
    name: 'a working directory that is gone',
    command: () => ['--rate', '9/s', '--duration', '1s', '--backend', 'null'],
    through: ({ folder }) => [
      'bash',
      '-c',
      `mkdir ${folder}/gone; cd ${folder}/gone; rmdir ${folder}/gone; exec "$@"`,
      'bash',
    ],
    holds(end, { folder }) {
      expectOneLine(end, /the working directory does not exist/);
      expect(readdirSync(folder)).toEqual([]);
    },
  },
]);
