import { defineConfig } from 'vitest/config';

const common = { pool: 'forks' as const, testTimeout: 60_000, hookTimeout: 60_000 };
/** What judges milliseconds has the machine for itself, after all else. */
const timed = ['test/end-to-end/truth.test.ts', 'test/end-to-end/send-times.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'suite',
          include: ['test/**/*.test.ts'],
          exclude: timed,
          maxWorkers: 3,
          // A fresh module graph for each file costs a third of all CPU; no test leaves anything behind.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...common, name: 'timed', include: timed, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
