import { defineConfig } from 'vitest/config';
import { common, EIGHT_SYSTEMS, reporters, TRIALS } from './vitest.config.js';

/** What the suite draws from is run whole here, see test/support/drawn.ts. */
const DRAWN = [
  'test/faults/*.test.ts',
  'test/compare/every-flag.test.ts',
  'test/commands/closed-pipe.test.ts',
  EIGHT_SYSTEMS,
];

/** Trials that take minutes: each has a reduced draw in the suite. One file at a time, as some of them judge times. */
export default defineConfig({
  test: {
    ...common,
    reporters,
    include: [TRIALS, ...DRAWN],
    env: { REPLAY_TRIALS: '1' },
    maxWorkers: 1,
    testTimeout: 20 * 60_000,
    hookTimeout: 120_000,
  },
});
