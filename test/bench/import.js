// How fast recorded traffic is imported, on one core. Run: node test/bench/import.js [rows] [--quick]
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { importTrace } from '#src/import/import-trace';
import { closeArrivals } from '#src/trace-file/arrival-store';
import { median, printBench, spread, tell } from '../support/bench-table.js';

const ROUNDS = 3;
const GOAL = { rows: 2_000_000, csv: 1.5e6, parquet: 3e6 };
const OPTIONS = {
  ...{ timezone: 'UTC', within: 'uniform', failed: 'keep', skipBad: false, rebase: false, requests: false, keep: [] },
  ...{ fromMs: 0, toMs: Infinity, seed: 1, spoolDir: tmpdir() },
};

await printBench(import.meta.url, async ({ quick, numbers: [rows = quick ? 100_000 : GOAL.rows] }) => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-bench-'));
  try {
    const [csv, parquet] = [join(folder, 'log.csv'), join(folder, 'log.parquet')];
    writeFiles(rows, csv, parquet);
    return [await row('CSV', csv, rows, GOAL.csv), await row('Parquet, Snappy', parquet, rows, GOAL.parquet)];
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function row(what, path, rows, goal) {
  tell(`import: ${what}`);
  const perSecond = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    const { stored } = await importTrace(path, { ...OPTIONS, stdin: (async function* () {})() });
    perSecond.push((rows / (performance.now() - startMs)) * 1000);
    closeArrivals(stored.store);
  }
  const isJudged = rows === GOAL.rows;
  return {
    measure: `importing ${rows.toLocaleString('en')} rows of three columns, ${what}`,
    figure: `${spread(
      perSecond.map((rate) => rate / 1e6),
      2,
    )} million rows/s`,
    ...(isJudged ? { goal: `at least ${goal / 1e6}`, held: median(perSecond) >= goal } : {}),
    note: `${(statSync(path).size / 1e6).toFixed(1)} MB; reads, sorts and stores, without the writing of the trace`,
  };
}

/** A stamp in us and two counts of tokens. */
function writeFiles(rows, csv, parquet) {
  const stamps = new BigInt64Array(rows);
  const [input, output] = [new Int32Array(rows), new Int32Array(rows)];
  let us = 1_700_158_546_680_590;
  const lines = ['TIMESTAMP,ContextTokens,GeneratedTokens'];
  for (let i = 0; i < rows; i++) {
    us += (i * 7919) % 997;
    stamps[i] = BigInt(us);
    input[i] = (i * 31) % 4000;
    output[i] = (i * 17) % 500;
    const date = new Date(us / 1000).toISOString();
    lines.push(
      `${date.slice(0, 10)} ${date.slice(11, 19)}.${String(us % 1_000_000).padStart(6, '0')}0,${input[i]},${output[i]}`,
    );
  }
  writeFileSync(csv, `${lines.join('\n')}\n`);
  const data = [
    { name: 'timestamp', data: stamps, type: 'INT64' },
    { name: 'input_tokens', data: input, type: 'INT32' },
    { name: 'output_tokens', data: output, type: 'INT32' },
  ];
  writeFileSync(parquet, Buffer.from(parquetWriteBuffer({ columnData: data, rowGroupSize: 100_000 })));
}
