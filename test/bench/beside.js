// Default runs beside the service they measure, on the same CPUs: how many end VALID, and how late their requests arrive. The
// service is a server of Node's in a process of its own, which answers from JavaScript, as many services that people try do.
// Run: node test/bench/beside.js [rounds] [seconds] [--quick].
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { printBench, spread, tell } from '../support/bench-table.js';
import { BODY } from '../support/send-times.js';

const CLI = fileURLToPath(new URL('../../bin/replay.js', import.meta.url));
const RATES = [1000, 5000];
const SERVICE = `require('node:http').createServer((request, response) => {
  request.resume().on('end', () => response.end('{"predictions":[[0.5]]}'));
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

await printBench(import.meta.url, async ({ quick, numbers: [rounds = quick ? 1 : 5, seconds = quick ? 1 : 5] }) => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-beside-'));
  const service = spawn(process.execPath, ['-e', SERVICE], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = await once(service.stdout, 'data');
    const url = `http://127.0.0.1:${String(line).trim()}/`;
    const rows = [];
    for (const rate of RATES) rows.push(rowOf(rate, await rounded(rounds, () => run({ folder, url, rate, seconds }))));
    return rows;
  } finally {
    service.kill();
    rmSync(folder, { recursive: true });
  }
});

async function rounded(rounds, measure) {
  const results = [];
  for (let round = 0; round < rounds; round++) results.push(await measure());
  return results;
}

async function run({ folder, url, rate, seconds }) {
  tell(`beside: ${rate}/s`);
  const out = mkdtempSync(join(folder, 'run-'));
  const load = ['--rate', `${rate}/s`, '--duration', `${seconds}s`, '--backend', 'http', '--url', url, '-b', BODY];
  // A run that is INVALID ends with 96, which is a result here.
  await promisify(execFile)(process.execPath, [CLI, ...load, '--no-html', '--quiet', '--out', join(out, 'run')]).catch(
    (error) => {
      if (error.code !== 96) throw error;
    },
  );
  const { verdict, sections } = JSON.parse(readFileSync(join(out, 'run/report.json'), 'utf8'));
  const { pacing } = JSON.parse(readFileSync(join(out, 'run/run.json'), 'utf8'));
  return { verdict, lateMs: sections.health.lateness.p99Ms, pacing: pacing.used };
}

function rowOf(rate, runs) {
  const valid = runs.filter(({ verdict }) => verdict.valid).length;
  const lateMs = runs.map((one) => one.lateMs);
  return {
    measure: `default runs beside a service on the same CPUs, ${rate}/s`,
    figure: `${valid} of ${runs.length} VALID; lateness p99 ${spread(lateMs, 2)} ms`,
    goal: 'all VALID',
    held: valid === runs.length,
    note: `pacing ${[...new Set(runs.map(({ pacing }) => pacing))].join(', ')}`,
  };
}
