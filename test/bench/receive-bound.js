// Whether the true arrival of an answer lies between doneEarliest and done, against a server that notes when it answered.
// Run: node test/bench/receive-bound.js [seconds] [--quick]
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSampleLog } from '#src/sample-log/sample-log';
import { printBench, tell } from '../support/bench-table.js';
import { buildYardsticks, floorLateness, percentile, recordedReplay } from '../support/send-times.js';

/** Off the beat of the sends, so that answers find the loop asleep, busy and about to send. */
const DELAY_US = 2300;
const MOST_OUTSIDE = 0.01;
/** A margin above this would forgive anything on a busy machine. */
const MOST_MARGIN_MS = 1;

await printBench(import.meta.url, async ({ quick, numbers: [seconds = quick ? 1 : 10] }) => {
  const yardsticks = buildYardsticks();
  try {
    const rows = [];
    for (const pacing of ['exact', 'economic']) {
      for (const rate of quick ? [1000] : [1000, 10_000]) rows.push(await bound(yardsticks, { rate, seconds, pacing }));
    }
    return rows;
  } finally {
    rmSync(yardsticks.folder, { recursive: true });
  }
});

async function bound(yardsticks, load) {
  tell(`receive bound: ${load.rate}/s, ${load.pacing}`);
  const marginMs = await wakingMs(yardsticks, load);
  const run = await recordedReplay(yardsticks, { ...load, numbered: true, apart: true, delayUs: DELAY_US });
  const answers = await answerTimes(run);
  const [tooEarly, tooLate] = [answers.filter(isTooEarly), answers.filter((one) => afterArrivalMs(one) > 0)];
  const outside = [...tooEarly, ...tooLate.filter((one) => afterArrivalMs(one) > marginMs)];
  const excess = answers.map(afterArrivalMs).sort((a, b) => a - b);
  const widths = answers.map(({ doneMs, earliestMs }) => doneMs - earliestMs).sort((a, b) => a - b);
  return {
    measure: `answers outside [doneEarliest, done], ${load.pacing}, ${load.rate}/s`,
    figure: `${percent(outside, answers)} (${outside.length} of ${answers.length})`,
    goal: `at most ${MOST_OUTSIDE * 100} % by more than the kernel's waking`,
    ...(answers.length > 0 ? { held: outside.length <= MOST_OUTSIDE * answers.length } : {}),
    note:
      `done too early ${tooEarly.length}; doneEarliest too late ${percent(tooLate, answers)} (p99 ${percentile(excess, 99).toFixed(3)} ms) ` +
      `without the margin of ${marginMs.toFixed(3)} ms; interval p50 ${percentile(widths, 50).toFixed(3)} p99 ${percentile(widths, 99).toFixed(3)} ms`,
  };
}

/** The C sender is punctual: what its requests are late is the time to wake a thread that sleeps in a poll, here the server. */
async function wakingMs(yardsticks, { rate, seconds }) {
  const late = await floorLateness(yardsticks, { rate, seconds: Math.min(seconds, 2), apart: true });
  return Math.min(Math.max(0, percentile(late, 99)), MOST_MARGIN_MS);
}

/** Ms since due 0: the bytes arrived between the moments right before and right after the server wrote them. */
async function answerTimes({ arrivals, record: { startMonotonicNs }, out }) {
  const since = (ns) => (ns - startMonotonicNs) / 1e6;
  const bySeq = new Map(arrivals.map((one) => [one.seq, one]));
  const times = [];
  for await (const { rows, seq, outcome, doneMs, doneEarliestMs } of readSampleLog(join(out, 'samples.arrows'))) {
    for (let i = 0; i < rows; i++) {
      const seen = bySeq.get(seq[i]);
      if (outcome[i] !== 0 || seen === undefined) continue;
      const [answeringMs, answeredMs] = [since(seen.answeringNs), since(seen.answeredNs)];
      times.push({ doneMs: doneMs[i], earliestMs: doneEarliestMs[i], answeringMs, answeredMs });
    }
  }
  return times;
}

function isTooEarly({ doneMs, answeringMs }) {
  return doneMs < answeringMs;
}

function afterArrivalMs({ earliestMs, answeredMs }) {
  return earliestMs - answeredMs;
}

function percent(some, all) {
  return `${((100 * some.length) / all.length).toFixed(2)} %`;
}
