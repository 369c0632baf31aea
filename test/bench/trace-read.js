// How fast a trace is read and checked, per format. Run: node test/bench/trace-read.js [arrivals]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeArrivals, readArrivals } from '#src/arrival-store';
import { readTrace } from '#src/trace-file/read-trace';
import { writeTrace } from '#src/trace-file/write-trace';

const arrivals = Number(process.argv[2] ?? 1_000_000);
const CHUNK = 4096;
const ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), 'replay-bench-'));
const options = { spoolDir: folder, stdin: (async function* () {})() };

try {
  for (const indexed of [false, true]) {
    for (const name of ['trace.json', 'trace.jsonl', 'trace.csv', 'trace.json.gz']) await bench(name, indexed);
  }
  await bench('trace.json', false, { memoryLimit: 0 });
} finally {
  rmSync(folder, { recursive: true });
}

async function bench(name, indexed, more = {}) {
  const path = join(folder, name);
  const payloads = name.endsWith('.csv') ? {} : { payloads: [{ text: 'a' }, { text: 'b' }] };
  const begun = performance.now();
  await writeTrace({ name: 'bench', durationMs: arrivals, ...(indexed ? payloads : {}) }, chunks(indexed), path);
  const writeMs = performance.now() - begun;
  const table = indexed && name.endsWith('.csv') ? { payloads: [{ kind: 'bytes' }, { kind: 'bytes' }] } : {};
  const readMs = [];
  let againMs = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const { store } = await readTrace(path, { ...options, ...table, ...more });
    readMs.push(performance.now() - start);
    const again = performance.now();
    for (const chunk of readArrivals(store)) if (chunk.atMs.length === 0) throw new Error('empty chunk');
    againMs = performance.now() - again;
    closeArrivals(store);
  }
  const best = Math.min(...readMs);
  const megabytes = statSync(path).size / 1e6;
  console.log(
    `${name.padEnd(14)} payload ${indexed ? 'yes' : 'no '} ${more.memoryLimit === 0 ? 'spooled' : 'memory '} ${megabytes.toFixed(1).padStart(6)} MB` +
      `  write ${writeMs.toFixed(0).padStart(5)} ms  read first ${readMs[0].toFixed(0).padStart(5)} best ${best.toFixed(0).padStart(5)} ms` +
      `  ${(arrivals / best / 1000).toFixed(1)} M arrivals/s  again ${againMs.toFixed(1)} ms`,
  );
}

/** About one arrival a millisecond, three decimals. */
function* chunks(indexed) {
  for (let from = 0; from < arrivals; from += CHUNK) {
    const rows = Math.min(CHUNK, arrivals - from);
    const atMs = Float64Array.from({ length: rows }, (_, i) => from + i + ((i * 7919) % 997) / 1000);
    yield indexed ? { atMs, payload: Uint32Array.from({ length: rows }, (_, i) => i % 2) } : { atMs };
  }
}
