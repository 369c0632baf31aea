import { defineConfig } from 'vitest/config';
import { common, TRIALS } from './vitest.config.js';

/** Trials that take minutes: each has a reduced draw in the suite. One file at a time, as some of them judge times. */
export default defineConfig({
  test: { ...common, include: [TRIALS], maxWorkers: 1, testTimeout: 20 * 60_000, hookTimeout: 120_000 },
});
