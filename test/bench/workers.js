// What a second worker brings: a backend that computes for 20 us per call, far more due than can be sent.
// Run: node test/bench/workers.js [rounds] [--quick]
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { median, printBench, spread, tell } from '../support/bench-table.js';
import { compile, meteredReplay, ROOT } from '../support/metered-run.js';

const BURN_US = 20;
const LEAST_GAIN = 1.8;
/** Due per second: beyond what any number of workers could send, so that all are busy to the end. */
const RATE = 200_000;

await printBench(import.meta.url, async ({ quick, numbers: [rounds = quick ? 1 : 5] }) => {
  const { folder, programs } = compile(['metered-run']);
  try {
    return [await gain({ folder, metered: programs[0] }, rounds, quick ? 0.1 : 2)];
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function gain(yardsticks, rounds, seconds) {
  const [one, two] = [[], []];
  for (let round = 0; round < rounds; round++) {
    tell(`workers: round ${round + 1} of ${rounds}`);
    one.push(await perSecond(yardsticks, 1, seconds));
    two.push(await perSecond(yardsticks, 2, seconds));
  }
  const gains = one.map((rate, i) => two[i] / rate);
  const enough = availableParallelism() >= 2;
  return {
    measure: `1 to 2 workers, a backend that computes ${BURN_US} us per call`,
    figure: `${spread(gains, 2)} x`,
    goal: `at least ${LEAST_GAIN} x`,
    ...(enough ? { held: median(gains) >= LEAST_GAIN } : {}),
    note: enough ? `${spread(one, 0)}/s, then ${spread(two, 0)}/s` : 'one CPU only: nothing to gain',
  };
}

async function perSecond(yardsticks, workers, seconds) {
  const { report } = await meteredReplay(yardsticks, [
    ...['--rate', `${RATE}/s`, '--process', 'constant', '--duration', `${seconds}s`],
    ...['--backend', join(ROOT, 'test/support/burning-backend.js'), '--set', `us=${BURN_US}`],
    ...['--workers', workers, '--pacing', 'economic'],
  ]);
  const { ok, planned } = report.sections.outcomes;
  if (ok !== planned) throw new Error(`only ${ok} of ${planned} calls returned`);
  return (ok * 1000) / report.run.endedMs;
}
