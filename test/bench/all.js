// All benches, each in a process of its own, as one Markdown table. Run: npm run bench -- --date 2026-11-26 [--quick] [--huge]
import { spawn } from 'node:child_process';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tableText, tell } from '../support/bench-table.js';

const BENCHES = [
  'side-by-side',
  'beside',
  'optimised',
  'jit-thresholds',
  'receive-bound',
  'workers',
  'memory',
  'fold',
  'live-view',
  'wire',
  'http2',
  'generator',
  'systems',
  'fit',
  'trace-read',
  'import',
  'templated-requests',
  'long-trace',
  'fuzz',
  'signed-calls',
  'vertex-calls',
];

const flag = { type: 'boolean', default: false };
const { values } = parseArgs({ options: { quick: flag, huge: flag, date: { type: 'string' } } });
const rows = [];
for (const name of BENCHES) rows.push(...(await rowsOf(name)));
process.stdout.write(`${surroundings()}\n\n${tableText(rows)}`);

/** A bench that fails is a row, and the rest goes on. */
async function rowsOf(name) {
  tell(`bench: ${name}`);
  const program = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  const flags = ['quick', 'huge'].filter((one) => values[one]).map((one) => `--${one}`);
  const child = spawn(process.execPath, [program, '--json', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (piece) => (text += piece));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code === 0) return JSON.parse(text);
  process.exitCode = 1;
  return [{ measure: name, figure: `failed: exit code ${code}`, goal: 'to run', held: false }];
}

function surroundings() {
  const [cpu] = cpus();
  const machine = `${cpus().length} x ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const system = `${type()} ${release()} ${arch()}, Node ${process.versions.node}`;
  const how = values.quick ? ' A smoke run: its figures mean nothing.' : '';
  return `${machine}; ${system}; ${values.date ?? 'no date given'}. Medians (least-most).${how}`;
}
