import { defineConfig } from 'vitest/config';

const common = { pool: 'forks' as const, testTimeout: 60_000, hookTimeout: 60_000 };
/** What judges milliseconds has the machine for itself, after all else. */
const timed = ['test/end-to-end/truth.test.ts', 'test/end-to-end/send-times.test.ts'];
/** Whole systems, every documented command, real pseudo-terminals: `npm run test:long`, which CI runs too. */
const long = [
  'test/architecture.test.ts',
  'test/docs.test.ts',
  'test/examples.test.ts',
  'test/examples/{eight-systems,functions-replayed}.test.ts',
  'test/ci/**/*.test.ts',
  'test/backends/{ai-platform,cloud-functions}-e2e.test.ts',
  'test/backends/{lambda,tf-serving}-end-to-end.test.ts',
  'test/examples/functions.test.ts',
  'test/collectors/cloud-{moto,monitoring}.test.ts',
  'test/end-to-end/batching.test.ts',
  'test/export/**/*.test.ts',
  'test/live/terminal.test.ts',
  'test/metrics/{otel,prometheus}.test.ts',
  'test/report/html-page.test.ts',
  'test/serve/command.test.ts',
];
// A fresh module graph for each file costs a third of all CPU; no test leaves anything behind.
const shared = { ...common, isolate: false };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'suite',
          include: ['test/**/*.test.ts'],
          exclude: [...timed, ...long],
          maxWorkers: 4,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...shared, name: 'long', include: long, maxWorkers: 3, sequence: { groupOrder: 1 } } },
      { test: { ...common, name: 'timed', include: timed, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
  },
});
