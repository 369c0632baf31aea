import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMMANDS } from '#src/commands/index';
import { drawn } from '../support/drawn.js';
import { atMost, makeScratch, type Scratch } from '../support/scratch.js';
import type { Finished } from '../support/run-cli.js';

/** Lines that print what the command is for; of generate and export more than a pipe holds. */
const PRINTING: Readonly<Partial<Record<keyof typeof COMMANDS, string>>> = {
  run: 'replay trace.json --backend simulated --time virtual --no-html --json --out piped',
  generate: 'replay generate poisson --rate 5000/s --duration 1m',
  export: 'replay export my-run --format jsonl',
  estimate: 'replay estimate trace.json --backend sagemaker --json',
  backends: 'replay backends',
  check: 'replay check --backend null --json',
  report: 'replay report my-run --json --no-write',
  compare: 'replay compare my-run --format json',
  init: 'replay init --schema',
  completion: 'replay completion bash',
};

/** Help is printed in the same way for each command: the suite asks some, `npm run trials` all. */
const HELP_DRAWN = 6;

const LINES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    drawn(Object.keys(COMMANDS), HELP_DRAWN).map((name) => [`${name} --help`, `replay ${name} --help`]),
  ),
  ...PRINTING,
  '--help': 'replay --help',
};

let scratch: Scratch;
let done: readonly Finished[];
beforeAll(async () => {
  scratch = await makeScratch();
  const lines = Object.values(LINES);
  done = await atMost(
    2,
    // Until the reader has gone nothing is written.
    lines.map((line) => () => scratch.sh(`{ sleep 0.05; ${line}; } | true`)),
  );
}, 60_000);
afterAll(() => {
  scratch.remove();
});

it.each(Object.keys(LINES).map((name, i) => ({ name, i })))(
  '$name ends quietly with 0 when its reader has gone',
  ({ i }) => {
    const { code, stderr } = done[i] as Finished;
    expect([code, stderr.replace(/^from REPLAY_RUN_PACING: pacing\n/, '')]).toEqual([0, '']);
  },
);

it('a run whose reader has gone has written its folder', () => {
  expect(existsSync(join(scratch.folder, 'piped/report.json'))).toBe(true);
});
