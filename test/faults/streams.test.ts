import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { HAS_TERMINALS } from '../support/in-terminal.js';
import { runCli } from '../support/run-cli.js';
import { bash, expectOneLine, expectReported, faultCases, nullRun, virtualRun, type FaultCase } from './fault-case.js';

const HAS_FULL = existsSync('/dev/full');
const LOST_TERMINAL = fileURLToPath(new URL('lost-terminal.py', import.meta.url));
/** What a run shows in its first seconds, in a line or in the live view. */
const RUNNING = 's of ';

faultCases('a stream that cannot be written costs what it would have shown, and nothing else', [
  {
    name: 'standard error on a full disk, with progress',
    needs: HAS_FULL,
    command: (place) => nullRun(place, 2),
    through: bash('exec "$@" 2>/dev/full'),
    holds(end, place) {
      expect(end.code).toBe(2);
      expect(end.stdout).toContain('Latency');
      expect(expectReported(place).sections.outcomes.unsent).toBe(0);
    },
  },
  {
    name: 'standard error as a file that may not grow',
    command: (place) => nullRun(place, 2, '--no-html'),
    through: ({ folder }) => [
      ...['bash', '-c'],
      `ulimit -f 60; head -c 61439 /dev/zero > ${folder}/log; exec "$@" 2>>${folder}/log`,
      'bash',
    ],
    holds(end, place) {
      expect(end.code).toBe(2);
      expect(end.stdout).toContain('Latency');
      expectReported(place);
    },
  },
  {
    name: 'both on a full disk',
    needs: HAS_FULL,
    command: (place) => virtualRun(place),
    through: bash('exec "$@" >/dev/full 2>&1'),
    holds(end, place) {
      expect(end.code).toBe(2);
      expectReported(place);
    },
  },
  {
    name: 'the reader of standard error goes away',
    command: (place) => nullRun(place, 2),
    through: bash('exec "$@" 2> >(head -n 1 >/dev/null)'),
    holds(end, place) {
      expect([0, 96]).toContain(end.code);
      expect(expectReported(place).sections.outcomes.unsent).toBe(0);
    },
  },
  {
    name: 'the reader of standard output goes away',
    command: (place) => virtualRun(place, '--format', 'csv', '--quiet'),
    through: bash('"$@" | head -n 1; exit ${PIPESTATUS[0]}'),
    holds(end, place) {
      expect([end.code, end.stderr]).toEqual([0, '']);
      expectReported(place);
    },
  },
  {
    name: 'both are closed from the start',
    command: (place) => virtualRun(place),
    through: bash('exec "$@" >&- 2>&-'),
    holds(_end, place) {
      expectReported(place);
    },
  },
]);

faultCases('standard output on a full disk: the files are written, one line, exit 2', [
  ...['--format json', '--format text', '--format csv'].map((format): FaultCase => ({
    name: `replay run ${format}`,
    needs: HAS_FULL,
    command: (place) => virtualRun(place, '--quiet', ...format.split(' ')),
    through: bash('exec "$@" >/dev/full'),
    holds(end, place) {
      expectOneLine(end, /standard output: no space left/);
      expectReported(place);
    },
  })),
  ...[
    'export OUT --format csv',
    'export OUT --format parquet',
    'report OUT --json',
    'compare OUT',
    'backends',
    'generate poisson --rate 9/s --duration 9s',
    'estimate --rate 9/s --duration 9s --backend lambda --memory 2048 --billed-ms 18',
    'run --rate 9/s --duration 9s --backend simulated --dry-run',
    'init --schema',
    'completion bash',
    '--help',
    '--version',
  ].map((line): FaultCase => ({
    name: `replay ${line}`,
    needs: HAS_FULL,
    prepare: async (place) => {
      if (line.includes('OUT')) await runCli(virtualRun(place, '--quiet', '--no-html'));
    },
    command: ({ out }) => line.replace('OUT', out).split(' '),
    through: bash('exec "$@" >/dev/full'),
    holds(end) {
      expectOneLine(end, /standard output: no space left/);
    },
  })),
]);

faultCases(
  'a terminal that disappears',
  (['hangup', 'silence'] as const).flatMap((how) =>
    ['xterm', 'dumb'].map((term): FaultCase => ({
      name: `by ${how}, from under ${term === 'dumb' ? 'lines of progress' : 'the live view'}`,
      needs: HAS_TERMINALS,
      command: (place) => nullRun(place, 4),
      env: () => ({ TERM: term }),
      through: () => ['python3', LOST_TERMINAL, how, RUNNING],
      holds(end, place) {
        // No line can be written any more: the exit code is all that can be said.
        expect(end.code).toBe(2);
        const { unsent } = expectReported(place).sections.outcomes;
        if (how === 'hangup') expect(unsent).toBeGreaterThan(0);
        else expect(unsent).toBe(0);
      },
    })),
  ),
);
