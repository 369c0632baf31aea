// This tool beside others in one run: how late requests reach a server that records them, CPU per request, and the
// highest rate held. Client and server each have a CPU of their own. Run: node test/bench/side-by-side.js [rounds] [--quick]
import { rmSync } from 'node:fs';
import { median, printBench, spread, tell } from '../support/bench-table.js';
import { cpuPlaces } from '../support/metered-run.js';
import { findPeer, NOT_INSTALLED } from '../support/peers.js';
import {
  buildYardsticks,
  floorLateness,
  latenessByRank,
  percentile,
  recorded,
  recordedReplay,
  replayLateness,
} from '../support/send-times.js';

const FULL = {
  rounds: 5,
  lateness: { rates: [1000, 5000, 10_000, 20_000], seconds: 4 },
  cpu: { rates: [5000, 20_000], shortSeconds: 3, longSeconds: 9 },
  highest: { fromRate: 1000, mostRate: 128_000, seconds: 4, halvings: 4, tries: 3 },
};
const QUICK = {
  rounds: 1,
  lateness: { rates: [1000], seconds: 0.3 },
  cpu: { rates: [5000], shortSeconds: 0.2, longSeconds: 1.2 },
  highest: { fromRate: 2000, mostRate: 2000, seconds: 0.5, halvings: 0, tries: 1 },
};

/** Lateness p99 above this is a rate not held. */
const HELD_MS = 20;
/** A sender that loses more has not held its rate; what is less may be the last moment of its own end. */
const LEAST_SENT = 0.99;

/** The times by which replay should hold more than another. */
const MORE = { k6: 4, vegeta: 4, autocannon: 2, wrk2: undefined };

await printBench(import.meta.url, async ({ quick, numbers: [rounds] }) => {
  const plan = { ...(quick ? QUICK : FULL), ...(rounds === undefined ? {} : { rounds }) };
  const yardsticks = buildYardsticks();
  try {
    const rows = [
      ...(await lateness(yardsticks, plan)),
      ...(await cpu(yardsticks, plan)),
      ...(await highest(yardsticks, plan)),
    ];
    return cpuPlaces().apart
      ? rows
      : rows.map((row) => ({ ...row, note: `${row.note ?? ''} client and server on the same CPUs` }));
  } finally {
    rmSync(yardsticks.folder, { recursive: true });
  }
});

async function lateness(yardsticks, { rounds, lateness: { rates, seconds } }) {
  const rows = [];
  for (const rate of rates) {
    const seen = { floor: [], replay: [], first: [], later: [] };
    for (let round = 0; round < rounds; round++) {
      tell(`side by side: lateness at ${rate}/s, round ${round + 1} of ${rounds}`);
      const load = { rate, seconds, apart: true };
      seen.floor.push(await floorLateness(yardsticks, load));
      const { late, firstSecond, laterSeconds } = await replayLateness(yardsticks, load);
      seen.replay.push(late);
      seen.first.push(percentile(firstSecond, 99));
      if (laterSeconds.length > 0) seen.later.push(percentile(laterSeconds, 99));
    }
    for (const [p, slackMs] of [
      [50, 0.02],
      [99, 0.2],
    ]) {
      rows.push(latenessRow(rate, p, slackMs, seen));
    }
    if (seen.later.length > 0) rows.push(firstSecondRow(rate, seen));
  }
  return rows;
}

/** Nothing was sent to the target before. Two stretches of one run differ by as much as runs do. */
function firstSecondRow(rate, { first, later }) {
  const goalMs = 1.5 * median(later) + 0.1;
  return {
    measure: `lateness at the server, p99 of the first second, ${rate}/s, exact`,
    figure: `${spread(first, 3)} ms`,
    goal: `at most ${goalMs.toFixed(3)} ms`,
    held: median(first) <= goalMs,
    note: `the seconds after it ${spread(later, 3)} ms; goal: 1.5 x that + 0.1 ms`,
  };
}

function latenessRow(rate, p, slackMs, { floor, replay }) {
  const [floors, ours] = [floor, replay].map((runs) => runs.map((late) => percentile(late, p)));
  const goalMs = 2 * median(floors) + slackMs;
  return {
    measure: `lateness at the server, p${p}, ${rate}/s, exact`,
    figure: `${spread(ours, 3)} ms`,
    goal: `at most ${goalMs.toFixed(3)} ms`,
    held: median(ours) <= goalMs,
    note: `C floor ${spread(floors, 3)} ms; goal: 2 x that + ${slackMs * 1000} us`,
  };
}

/** The slope between a short and a long run: what starting costs is in both. */
async function cpu(yardsticks, { rounds, cpu: { rates, shortSeconds, longSeconds } }) {
  const wrk2 = findPeer('wrk2');
  const wrk = findPeer('wrk');
  const slopeUs = async (run) => {
    const [short, long] = [await run(shortSeconds), await run(longSeconds)];
    return (long.cpuUs - short.cpuUs) / (long.arrivals.length - short.arrivals.length);
  };
  const peerRun = (peer, rate) => (seconds) => peerRecorded(yardsticks, peer, { rate, seconds });
  const [rows, wrks] = [[], []];
  for (const rate of rates) {
    const [ours, wrk2s] = [[], []];
    for (let round = 0; round < rounds; round++) {
      tell(`side by side: CPU at ${rate}/s, round ${round + 1} of ${rounds}`);
      ours.push(await slopeUs((seconds) => replayRecorded(yardsticks, { rate, seconds, pacing: 'economic' })));
      if (wrk2 !== undefined) wrk2s.push(await slopeUs(peerRun(wrk2, rate)));
      // It knows no rate, so one figure serves all.
      if (wrk !== undefined && rate === rates[0]) wrks.push(await slopeUs(peerRun(wrk)));
    }
    rows.push(cpuRow(rate, ours, { wrk2: wrk2s, wrk: wrks }));
  }
  return rows;
}

function cpuRow(rate, ours, { wrk2, wrk }) {
  const beside = wrk2.length > 0 ? { factor: 1.5, name: 'wrk2', us: wrk2 } : { factor: 1.7, name: 'wrk', us: wrk };
  const row = { measure: `CPU per request, ${rate}/s, economic, all recorded`, figure: `${spread(ours, 1)} us` };
  const figures = Object.entries({ wrk2, wrk }).map(
    ([name, us]) => `${name} ${us.length > 0 ? `${spread(us, 1)} us` : NOT_INSTALLED}`,
  );
  const note = `${figures.join('; ')}${wrk.length > 0 ? ' (closed loop, as fast as it can)' : ''}`;
  if (beside.us.length === 0) return { ...row, goal: '1.5 x wrk2, or 1.7 x wrk', note };
  const goalUs = beside.factor * median(beside.us);
  return {
    ...row,
    goal: `at most ${goalUs.toFixed(1)} us`,
    held: median(ours) <= goalUs,
    note: `${note}; goal: ${beside.factor} x ${beside.name}`,
  };
}

async function highest(yardsticks, { highest: search }) {
  const measure = (name) => `highest open-loop rate held on one core, ${name}`;
  const ours = await highestRate('replay', search, (rate) => replayHolds(yardsticks, rate, search.seconds));
  const rows = [
    { measure: measure('replay'), figure: rateText(ours, search), note: `lateness p99 under ${HELD_MS} ms, by number` },
  ];
  for (const [name, factor] of Object.entries(MORE)) {
    const goal = factor === undefined ? {} : { goal: `replay at least ${factor} x` };
    const peer = findPeer(name);
    if (peer === undefined) {
      rows.push({ measure: measure(name), figure: NOT_INSTALLED, ...goal });
      continue;
    }
    try {
      const theirs = await highestRate(name, search, (rate) => peerHolds(yardsticks, peer, rate, search.seconds));
      rows.push({
        measure: measure(name),
        figure: rateText(theirs, search),
        ...goal,
        ...(factor === undefined ? {} : { held: ours >= factor * Math.max(theirs, search.fromRate) }),
        note: 'by rank: a constant delay is not seen',
      });
    } catch (thrown) {
      // Another tool's trouble costs its own row.
      rows.push({ measure: measure(name), figure: 'not run: it failed', ...goal, note: thrown.message });
    }
  }
  return rows;
}

/** Doubles the rate until it is not held, then halves the step; 0 when not even the first is. */
async function highestRate(name, { fromRate, mostRate, halvings, tries }, holds) {
  const isHeld = async (rate) => {
    let [yes, no] = [0, 0];
    while (2 * yes <= tries && 2 * no <= tries) {
      if (await holds(rate)) yes++;
      else no++;
    }
    tell(`side by side: ${name} ${yes > no ? 'holds' : 'does not hold'} ${rate}/s`);
    return yes > no;
  };
  let held = 0;
  let next = fromRate;
  for (; next <= mostRate && (await isHeld(next)); next *= 2) held = next;
  if (held === 0 || next > mostRate) return held;
  for (let step = held / 2, i = 0; i < halvings; step /= 2, i++) {
    if (await isHeld(Math.round(held + step))) held = Math.round(held + step);
  }
  return held;
}

function rateText(rate, { fromRate, mostRate }) {
  if (rate === 0) return `under ${fromRate}/s`;
  return rate >= mostRate ? `${rate}/s or more` : `${rate}/s`;
}

async function replayHolds(yardsticks, rate, seconds) {
  const { late } = await replayLateness(yardsticks, { rate, seconds, pacing: 'auto', apart: true });
  return isHeld(late, rate, seconds);
}

async function peerHolds(yardsticks, peer, rate, seconds) {
  const { arrivals } = await peerRecorded(yardsticks, peer, { rate, seconds });
  return isHeld(latenessByRank(arrivals, rate), rate, seconds);
}

function isHeld(late, rate, seconds) {
  return late.length >= LEAST_SENT * rate * seconds && percentile(late, 99) < HELD_MS;
}

async function replayRecorded(yardsticks, load) {
  const run = await recordedReplay(yardsticks, { ...load, apart: true });
  const { ok, planned } = run.report.sections.outcomes;
  if (ok !== planned) throw new Error(`only ${ok} of ${planned} requests were answered`);
  return run;
}

/** Some know whole seconds only. */
function peerRecorded(yardsticks, peer, { rate, seconds }) {
  const { folder } = yardsticks;
  return recorded(yardsticks, ({ url }) => peer({ folder, url }, { rate, seconds: Math.ceil(seconds) }), {
    apart: true,
  });
}
