// What the raised thresholds of V8's compiler do for a run with exact pacing (src/threads/warm/raise-jit-thresholds.ts): the
// same runs with and without them, in turns, client and server on a CPU each. Fails when they stop helping.
// Run: node test/bench/jit-thresholds.js [rounds] [--quick] [--check]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, printBench, spread, tell } from '../support/bench-table.js';
import { REPLAY, writtenTo } from '../support/metered-run.js';
import { BODY, buildYardsticks, percentile, recorded } from '../support/send-times.js';

const RATE = 10_000;
/** With them, a run may compile this part of the functions that it compiles without, after its start. */
const MOST_COMPILED = 0.5;
/** Beyond the noise of runs in turns: what they may cost in CPU time a request, and in lateness (and this much, ms). */
const NOISE = 1.1;
const SLACK_MS = 0.2;

/** Loaded before replay: V8 prints what it optimises while a run goes on, and where LEFT_ALONE is set keeps its own thresholds. */
const PRELOAD = `
import v8 from 'node:v8';
import { syncBuiltinESMExports } from 'node:module';
const set = v8.setFlagsFromString;
const THRESHOLD = /invocation|interrupt-budget|ticks-before|early-opt/;
v8.setFlagsFromString = (text) => {
  if (text === '--semi-space-growth-factor=1') set('--trace-opt');
  if (text === '--semi-space-growth-factor=2') set('--no-trace-opt');
  if (process.env.LEFT_ALONE === undefined || !THRESHOLD.test(text)) set(text);
};
syncBuiltinESMExports();
`;

await printBench(import.meta.url, async ({ quick, numbers: [rounds = quick ? 1 : 5] }) => {
  const yardsticks = buildYardsticks();
  writeFileSync(join(yardsticks.folder, 'preload.mjs'), PRELOAD);
  const seen = { raised: [], usual: [] };
  try {
    for (let round = 0; round < rounds; round++) {
      for (const kind of round % 2 === 0 ? ['raised', 'usual'] : ['usual', 'raised']) {
        tell(`jit thresholds: ${kind}, round ${round + 1} of ${rounds}`);
        seen[kind].push(await measured(yardsticks, kind, quick ? 2 : 4));
      }
    }
  } finally {
    rmSync(yardsticks.folder, { recursive: true });
  }
  return rows(seen);
});

function rows({ raised, usual }) {
  const row = (measure, name, digits, most, slack = 0) => {
    const [ours, theirs] = [raised, usual].map((runs) => runs.map((run) => run[name]));
    return {
      measure: `${measure}, ${RATE}/s, exact, with raised thresholds`,
      figure: `${spread(ours, digits)} (as V8 has them: ${spread(theirs, digits)})`,
      goal: `at most ${most} x${slack === 0 ? '' : ` and ${slack} more`}`,
      held: median(ours) <= most * median(theirs) + slack,
    };
  };
  return [
    row('functions optimised after the start', 'compiled', 0, MOST_COMPILED),
    row('CPU time a request, us', 'cpuUs', 1, NOISE),
    row('lateness at the server, p99, ms', 'lateMs', 3, NOISE, SLACK_MS),
  ];
}

async function measured(yardsticks, kind, seconds) {
  const out = mkdtempSync(join(yardsticks.folder, 'run-'));
  const [node, ...replay] = REPLAY;
  const arrivals = ['--rate', `${RATE}/s`, '--process', 'constant', '--duration', `${seconds}s`];
  const how = ['--pacing', 'exact', '--workers', 1, '--quiet', '--no-html', '--out', out];
  const command = ({ url }) => [
    ...['env', ...(kind === 'usual' ? ['LEFT_ALONE=1'] : [])],
    ...[node, '--import', join(yardsticks.folder, 'preload.mjs'), ...replay, ...arrivals],
    ...['--backend', 'http', '--url', url, '-b', BODY, '-H', 'x-seq: {seq}', ...how],
  ];
  const { arrivals: seen, cpuUs, output } = await recorded(yardsticks, command, { apart: true });
  const { startMonotonicNs } = writtenTo(out).record;
  const late = seen.map(({ seq, ns }) => (ns - startMonotonicNs) / 1e6 - (seq * 1000) / RATE);
  return {
    compiled: output.split('[completed optimizing').length - 1,
    cpuUs: cpuUs / seen.length,
    lateMs: percentile(
      late.sort((a, b) => a - b),
      99,
    ),
  };
}
