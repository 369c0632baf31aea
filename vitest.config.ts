import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes too long for every run of the suite: `npm run trials`. */
export const TRIALS = 'test/trials/**/*.test.ts';

/** Takes a minute of both CPUs; the docs page of its figures is tested in the suite. */
export const EIGHT_SYSTEMS = 'test/examples/eight-systems.test.ts';

/** What judges milliseconds has the machine for itself, after all else. */
const timed = ['test/end-to-end/truth.test.ts', 'test/end-to-end/send-times.test.ts'];

/**
 * The files that take longest, so that none is left alone at the end: those that wait for seconds of real time, and those
 * that compute, in turn, which keeps the CPUs busy. Where this is out of date the tests take longer, and that is all.
 */
const longestFirst = [
  'examples',
  'docs',
  'backends/aws-set-up',
  'calibrate/calibrate',
  'backends/http-tls',
  'architecture',
  'end-to-end/faults',
  'backends/google-identities',
  'study/study',
  'end-to-end/requests',
  'backends/sent-as-given',
  'gate/decided',
  'ci/ci',
  'end-to-end/cli',
  'sample-log/damaged-log',
  'end-to-end/packed',
  'end-to-end/auto-pacing',
  'backends/ai-platform-e2e',
  'faults/plugins',
  'end-to-end/start-and-stop',
  'backends/cloud-functions-e2e',
  'compare/every-flag',
  'backends/wire/http1-differential',
  'compare/identity',
  'backends/tf-serving-connect',
  'generator/mmpp',
  'config/variables-and-headers',
  'backends/http-proxy',
  'commands/messages',
  'style',
  'faults/hostile-services',
  'faults/silent-services',
  'live/terminal',
].map((name) => `/test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = longestFirst.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? longestFirst.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/** What is printed, and a file for a program to read (`.ci/run`). */
const report = process.env['REPLAY_TEST_REPORT'];
export const reporters: ('default' | ['json', { outputFile: string }])[] = [
  'default',
  ...(report === undefined ? [] : [['json', { outputFile: report }] as ['json', { outputFile: string }]]),
];

// A fresh module graph for each file costs a third of all CPU; no test leaves anything behind.
export const common = {
  pool: 'forks' as const,
  isolate: false,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  setupFiles: ['test/support/equal-arrays.ts'],
  // What is JavaScript, built or written, Node runs as it is: in loops twice as fast as what Vite rewrites.
  server: { deps: { external: [/^(?!.*\/node_modules\/).*\.js$/] } },
};

export default defineConfig({
  test: {
    reporters,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...common,
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: [...timed, TRIALS, EIGHT_SYSTEMS],
          maxWorkers: 6,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...common, name: 'timed', include: timed, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
