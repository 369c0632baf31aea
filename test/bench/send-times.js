// How late requests reach a server that records them: this tool beside a C sender that spins, in one run.
// node test/bench/send-times.js [rate ...]
import { buildYardsticks, floorLateness, percentile, replayLateness } from '../support/send-times.js';

const rates = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 2000, 5000, 10000, 20000];
const RUNS = 3;
const yardsticks = buildYardsticks();
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const cell = (values) =>
  `${median(values).toFixed(3)} (${Math.min(...values).toFixed(3)}-${Math.max(...values).toFixed(3)})`;

console.log(`medians of ${RUNS} runs of 4 s, ms (least-most); seen by the server unless said`);
for (const rate of rates) {
  const rows = { floor50: [], floor99: [], replay50: [], replay99: [], reported50: [] };
  for (let i = 0; i < RUNS; i++) {
    const floor = await floorLateness(yardsticks, { rate, seconds: 4 });
    const { late, report } = await replayLateness(yardsticks, { rate, seconds: 4 });
    rows.floor50.push(percentile(floor, 50));
    rows.floor99.push(percentile(floor, 99));
    rows.replay50.push(percentile(late, 50));
    rows.replay99.push(percentile(late, 99));
    rows.reported50.push(report.sections.health.lateness.p50Ms);
  }
  console.log(
    `${rate}/s  C p50 ${cell(rows.floor50)} p99 ${cell(rows.floor99)}  replay p50 ${cell(rows.replay50)} p99 ${cell(rows.replay99)}  reported p50 ${cell(rows.reported50)}`,
  );
}
