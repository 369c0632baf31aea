// Memory of the whole process with 10,000 requests in flight. Run: node test/bench/memory.js [--quick]
import { rmSync } from 'node:fs';
import { median, printBench, spread, tell } from '../support/bench-table.js';
import { meteredReplay } from '../support/metered-run.js';
import { buildYardsticks, recordedReplay } from '../support/send-times.js';

const GOAL_MB = 300;
/** Answers come so late that this many more than asked for are in flight, from `delay` on. */
const SURPLUS = 1.05;

await printBench(import.meta.url, async ({ quick, numbers: [rounds = quick ? 1 : 3] }) => {
  const load = quick ? { rate: 1000, inFlight: 500, seconds: 1 } : { rate: 2000, inFlight: 10_000, seconds: 10 };
  const yardsticks = buildYardsticks();
  try {
    return [
      await peak(yardsticks, 'http', overHttp, load, rounds),
      await peak(yardsticks, 'simulated', simulated, load, rounds),
    ];
  } finally {
    rmSync(yardsticks.folder, { recursive: true });
  }
});

async function peak(yardsticks, backend, run, load, rounds) {
  const runs = [];
  for (let round = 0; round < rounds; round++) {
    tell(`memory: ${backend}, round ${round + 1} of ${rounds}`);
    runs.push(await run(yardsticks, { ...load, delayMs: (load.inFlight / load.rate) * 1000 * SURPLUS }));
  }
  const megabytes = runs.map(({ peakBytes }) => peakBytes / 1e6);
  const most = Math.min(...runs.map(({ inFlight }) => inFlight));
  const enough = most >= load.inFlight;
  return {
    measure: `memory with ${load.inFlight.toLocaleString('en')} requests in flight, ${backend}`,
    figure: `${spread(megabytes, 0)} MB`,
    goal: `at most ${GOAL_MB} MB`,
    ...(enough ? { held: median(megabytes) <= GOAL_MB } : {}),
    note: `${enough ? '' : 'only '}${most} at once`,
  };
}

/** Each on a connection of its own; as seen by the server. */
async function overHttp(yardsticks, { rate, seconds, inFlight, delayMs }) {
  const limit = ['--max-in-flight', 2 * inFlight];
  const load = { rate, seconds, pacing: 'economic', more: limit, delayUs: Math.round(delayMs * 1000) };
  const { peakBytes, arrivals } = await recordedReplay(yardsticks, load);
  return { peakBytes, inFlight: mostAtOnce(arrivals.map(({ ns, answeredNs }) => [ns, answeredNs])) };
}

async function simulated(yardsticks, { rate, seconds, inFlight, delayMs }) {
  const { peakBytes, report } = await meteredReplay(yardsticks, [
    ...['--rate', `${rate}/s`, '--process', 'constant', '--duration', `${seconds}s`],
    ...['--backend', 'simulated', '--set', `service=${delayMs}ms`],
    ...['--workers', 1, '--pacing', 'economic', '--max-in-flight', 2 * inFlight],
  ]);
  // None waits for a server, so Little's law gives what is in flight once the first are answered.
  return { peakBytes, inFlight: Math.floor((rate * report.sections.latency.service.minMs) / 1000) };
}

function mostAtOnce(intervals) {
  const events = intervals.flatMap(([from, to]) => [
    { at: from, step: 1 },
    { at: to, step: -1 },
  ]);
  let [now, most] = [0, 0];
  for (const { step } of events.sort((a, b) => a.at - b.at)) most = Math.max(most, (now += step));
  return most;
}
