import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { CLI, runCli } from '../support/run-cli.js';
import {
  bash,
  expectOneLine,
  expectReported,
  faultCases,
  nullRun,
  virtualRun,
  type FaultCase,
  type Place,
} from './fault-case.js';

const HAS_PIPES = spawnSync('mkfifo', ['--version']).status === 0;

function writing(line: string, place: Place, file: string): string[] {
  const [command = '', ...flags] = line.split(' ');
  if (command === 'run') return [...virtualRun(place, '--quiet', '--no-html'), ...flags, file];
  return [command, join(place.folder, 'made'), ...flags, file];
}

async function madeRun({ folder }: Place): Promise<void> {
  await runCli(virtualRun({ folder, out: join(folder, 'made') }, '--quiet', '--no-html'));
}

faultCases('a place that is no regular file stays what it is', [
  ...[
    ['run --junit', '<?xml'],
    ['report --summary', '## '],
    ['compare --html', '<!doctype html>'],
    ['export --format csv -o', 'seq,'],
  ].map(([line = '', start = '']): FaultCase => ({
    name: `replay ${line} PIPE: what reads it gets the file`,
    needs: HAS_PIPES,
    prepare: async (place) => {
      await madeRun(place);
      execFileSync('mkfifo', [join(place.folder, 'pipe')]);
    },
    command: (place) => writing(line, place, join(place.folder, 'pipe')),
    // The reader comes after the writer.
    through: ({ folder }) => [
      ...['bash', '-c'],
      `(sleep 0.3; timeout 30 cat ${folder}/pipe > ${folder}/read) & "$@"; code=$?; wait; exit $code`,
      'bash',
    ],
    holds(end, { folder }) {
      expect(end.code, end.stderr).toBe(0);
      const read = readFileSync(join(folder, 'read'), 'utf8').toLowerCase();
      expect([read.slice(0, start.length), read.length > 100]).toEqual([start, true]);
      expect(lstatSync(join(folder, 'pipe')).isFIFO()).toBe(true);
    },
  })),
  ...[
    ['run --summary', '## '],
    ['compare --out', 'simulated'],
  ].map(([line = '', start = '']): FaultCase => ({
    name: `replay ${line} /dev/stdout > FILE: the file has it, after what else was printed`,
    needs: existsSync('/proc/self/fd'),
    prepare: async (place) => {
      await madeRun(place);
      symlinkSync('/proc/self/fd/1', join(place.folder, 'stdout'));
    },
    command: (place) => writing(line, place, join(place.folder, 'stdout')),
    through: ({ folder }) => ['bash', '-c', `echo before > ${folder}/printed; "$@" >> ${folder}/printed`, 'bash'],
    holds(end, { folder }) {
      expect(end.code, end.stderr).toBe(0);
      const printed = readFileSync(join(folder, 'printed'), 'utf8');
      expect(printed).toMatch(/^before\n/);
      expect(printed).toContain(start);
      if (line.startsWith('run')) expect(printed.indexOf('Latency')).toBeLessThan(printed.indexOf(start));
      expect(lstatSync(join(folder, 'stdout')).isSymbolicLink()).toBe(true);
    },
  })),
  ...['run --junit', 'compare --html'].map((line): FaultCase => ({
    name: `replay ${line} with a link to /dev/null`,
    prepare: async (place) => {
      await madeRun(place);
      symlinkSync('/dev/null', join(place.folder, 'null'));
    },
    command: (place) => writing(line, place, join(place.folder, 'null')),
    holds(end, { folder }) {
      expect(end.code, end.stderr).toBe(0);
      expect(lstatSync(join(folder, 'null')).isSymbolicLink()).toBe(true);
      expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    },
  })),
]);

faultCases('a place that cannot be written is refused before anything is read or sent', [
  ...['run --junit', 'report --summary', 'compare --html'].map((line): FaultCase => ({
    name: `replay ${line} in a file system that takes no files`,
    needs: existsSync('/proc/self'),
    prepare: madeRun,
    command: (place) => writing(line, place, '/proc/replay-report'),
    holds(end, { folder }) {
      expectOneLine(end, /\/proc\/replay-report: there is no such file or folder/);
      expect([end.stdout, readdirSync(folder)]).toEqual(['', ['made']]);
    },
  })),
  ...['run --summary', 'compare --out', 'export --format csv -o'].map((line): FaultCase => ({
    name: `replay ${line} with the name of a folder`,
    prepare: async (place) => {
      await madeRun(place);
      mkdirSync(join(place.folder, 'folder'));
    },
    command: (place) => writing(line, place, join(place.folder, 'folder')),
    holds(end, { folder }) {
      expectOneLine(end, /folder: it is a folder; name a file in it/);
      expect([end.stdout, readdirSync(folder).sort()]).toEqual(['', ['folder', 'made']]);
    },
  })),
]);

faultCases('what has another run begun, or the user made', [
  {
    name: 'a temporary name that is taken',
    prepare: ({ folder }) => {
      for (const name of ['junit.xml.half', 'junit.xml.part']) writeFileSync(join(folder, name), 'mine');
    },
    command: (place) => virtualRun(place, '--quiet', '--junit', join(place.folder, 'junit.xml')),
    holds(end, place) {
      expect(end.code).toBe(0);
      expectReported(place);
      for (const name of ['junit.xml.half', 'junit.xml.part']) {
        expect(readFileSync(join(place.folder, name), 'utf8')).toBe('mine');
        execFileSync('rm', [join(place.folder, name)]);
      }
    },
  },
  {
    name: 'replay init of a file that is there',
    prepare: ({ folder }) => {
      writeFileSync(join(folder, 'mine.yaml'), 'mine');
    },
    command: ({ folder }) => ['init', join(folder, 'mine.yaml')],
    holds(end, { folder }) {
      expectOneLine(end, /it exists and is left as it is/);
      expect(readFileSync(join(folder, 'mine.yaml'), 'utf8')).toBe('mine');
    },
  },
  {
    name: 'replay init on a full disk leaves no half of a file',
    command: ({ folder }) => ['init', join(folder, 'new.yaml')],
    through: bash('ulimit -f 1; exec "$@"'),
    holds(end, { folder }) {
      expectOneLine(end, /ulimit -f/);
      expect(readdirSync(folder)).toEqual([]);
    },
  },
  {
    name: 'two series in the same second have a folder each',
    command: () => [
      '--rate',
      '9/s',
      '--duration',
      '1s',
      '--backend',
      'simulated',
      '--time',
      'virtual',
      '--repeat',
      '2',
      '--no-html',
      '--quiet',
    ],
    through: ({ folder }) => ['bash', '-c', `cd ${folder}; "$@" & "$@" & "$@" & wait -n && wait -n && wait -n`, 'bash'],
    holds(end, { folder }) {
      expect(end.code, end.stderr).toBe(0);
      const series = readdirSync(join(folder, 'runs'));
      expect(series).toHaveLength(3);
      for (const one of series) expect(readdirSync(join(folder, 'runs', one)).sort()).toEqual(['1', '2']);
    },
  },
]);

faultCases('the summary of GitHub Actions is checked before the run', [
  ...[
    ['a folder', (folder: string) => folder],
    ['in a folder that is missing', (folder: string) => join(folder, 'missing/step.md')],
  ].map(([name, path]): FaultCase => ({
    name: String(name),
    env: ({ folder }) => ({ GITHUB_STEP_SUMMARY: (path as (folder: string) => string)(folder) }),
    command: (place) => virtualRun(place, '--quiet', '--no-html'),
    holds(end, place) {
      expectOneLine(end, /GITHUB_STEP_SUMMARY/);
      expect(existsSync(place.out)).toBe(false);
    },
  })),
]);

/** The lowest `ulimit -n` with which this Node loads a module of one line; found once. */
let fewest = 0;

function fewestFiles(): number {
  const loads = (limit: number): boolean =>
    spawnSync('bash', ['-c', `ulimit -c 0; ulimit -n ${String(limit)}; exec "$@"`, 'bash', process.execPath, LINE])
      .status === 0;
  while (fewest === 0 || !loads(fewest)) fewest = Math.max(fewest, 14) + 1;
  return fewest;
}

const LINE = join(mkdtempSync(join(tmpdir(), 'replay-line-')), 'line.mjs');
writeFileSync(LINE, 'export {};');
afterAll(() => {
  rmSync(dirname(LINE), { recursive: true });
});

faultCases('where Node can load a module, few open files end in a whole run or in one line', [
  // Those of one worker and its threads, and of the sample log, come one after the other.
  ...[0, 1, 5, 12, 18, 22, 40].map((more): FaultCase => ({
    name: `ulimit -n of ${String(more)} more than that takes`,
    command: (place) => nullRun(place, 0.2, '--workers', '2', '--quiet'),
    through: () => bash(`ulimit -n ${String(fewestFiles() + more)}; exec "$@"`)(),
    holds(end, place) {
      if (end.code !== 2) return void expectReported(place);
      expectOneLine(end, /too many files are open; raise the limit \(ulimit -n\)/);
      expect(readdirSync(place.folder)).toEqual([]);
    },
  })),
]);

it('with fewer open files, Node ends before it has read the first file of the program', () => {
  const limit = `ulimit -c 0; ulimit -n ${String(fewestFiles() - 1)}; exec "$@"`;
  const endOf = (file: string): unknown => spawnSync('bash', ['-c', limit, 'bash', process.execPath, file]).status;
  expect(endOf(CLI)).not.toBe(0);
  expect(endOf(CLI)).toBe(endOf(LINE));
});
