// How fast a trace is read and checked, per format. Run: node test/bench/trace-read.js [arrivals] [--quick]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeArrivals } from '#src/trace-file/arrival-store';
import { readTrace } from '#src/trace-file/read-trace';
import { writeTrace } from '#src/trace-file/write-trace';
import { median, printBench, spread, tell } from '../support/bench-table.js';

const CHUNK = 4096;
const ROUNDS = 5;
const GOAL = { arrivals: 1_000_000, ms: 1000 };

await printBench(import.meta.url, async ({ quick, numbers: [arrivals = quick ? 50_000 : GOAL.arrivals] }) => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-bench-'));
  try {
    const rows = [];
    for (const name of ['trace.json', 'trace.jsonl', 'trace.csv', 'trace.json.gz']) {
      for (const indexed of [false, true]) rows.push(await readRow(join(folder, name), { arrivals, indexed }));
    }
    const spooled = await readRow(join(folder, 'trace.json'), { arrivals, indexed: false, memoryLimit: 0 });
    return [...rows, { ...spooled, measure: `${spooled.measure}, spooled` }];
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function readRow(path, { arrivals, indexed, memoryLimit }) {
  tell(`trace: ${path.split('/').at(-1)}`);
  const isCsv = path.endsWith('.csv');
  const begunMs = performance.now();
  const table = indexed && !isCsv ? { payloads: [{ text: 'a' }, { text: 'b' }] } : {};
  await writeTrace({ name: 'bench', durationMs: arrivals, ...table }, chunks(arrivals, indexed), path);
  const writeMs = performance.now() - begunMs;
  const options = {
    spoolDir: tmpdir(),
    stdin: (async function* () {})(),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(indexed && isCsv ? { payloads: [{ kind: 'bytes' }, { kind: 'bytes' }] } : {}),
  };
  const readMs = [];
  for (let round = 0; round < ROUNDS; round++) readMs.push(await timeToRead(path, options));
  const isJudged = path.endsWith('.json') && arrivals === GOAL.arrivals;
  return {
    measure: `reading and checking ${arrivals.toLocaleString('en')} arrivals, ${path.split('.').slice(1).join('.')}${indexed ? ', payloads' : ''}`,
    figure: `${spread(readMs, 0)} ms`,
    ...(isJudged ? { goal: `under ${GOAL.ms} ms`, held: median(readMs) < GOAL.ms } : {}),
    note: `${(statSync(path).size / 1e6).toFixed(1)} MB, written in ${writeMs.toFixed(0)} ms`,
  };
}

async function timeToRead(path, options) {
  const startMs = performance.now();
  const { store } = await readTrace(path, options);
  const ms = performance.now() - startMs;
  closeArrivals(store);
  return ms;
}

/** About one arrival a millisecond, three decimals. */
function* chunks(arrivals, indexed) {
  for (let from = 0; from < arrivals; from += CHUNK) {
    const rows = Math.min(CHUNK, arrivals - from);
    const atMs = Float64Array.from({ length: rows }, (_, i) => from + i + ((i * 7919) % 997) / 1000);
    yield indexed ? { atMs, payload: Uint32Array.from({ length: rows }, (_, i) => i % 2) } : { atMs };
  }
}
