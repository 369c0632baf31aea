// The same measurements on several releases of Node, a column for each, and wrk2's in the same minutes.
// Run: node test/bench/releases.js NODE... [--quick], with the paths of their programs (.ci/other-nodes shows where to get them).
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { median, spread, tell } from '../support/bench-table.js';
import { findPeer, NOT_INSTALLED } from '../support/peers.js';
import { buildYardsticks, percentile, recorded, recordedReplay, replayLateness } from '../support/send-times.js';

const LATENESS = [2000, 10_000];
const CPU = [5000, 20_000];
const FULL = { rounds: 3, seconds: 4, shortSeconds: 2, longSeconds: 6 };
const QUICK = { rounds: 1, seconds: 1, shortSeconds: 0.5, longSeconds: 1.5 };
const PEER = 'wrk2';

const [first, ...rest] = process.argv.slice(2).filter((text) => text !== '--quick');
const plan = process.argv.includes('--quick') ? QUICK : FULL;
if (first === 'measure') process.stdout.write(JSON.stringify(await measure(plan)));
else if (first === 'peer') process.stdout.write(JSON.stringify(await peer(plan)));
else await compare([first ?? process.execPath, ...rest]);

async function compare(nodes) {
  const columns = new Map();
  // In turns: what else the machine does comes over all of them.
  for (let round = 0; round < plan.rounds; round++) {
    for (const node of nodes) add(columns, await measured(node, 'measure'));
    add(columns, await measured(nodes[0], 'peer'));
  }
  const names = [...columns.keys()];
  const measures = [...new Set(names.flatMap((name) => [...columns.get(name).keys()]))];
  const cell = (name, of) =>
    columns.get(name).has(of) ? spread(columns.get(name).get(of), of.includes('CPU') ? 1 : 3) : '';
  const lines = [
    ['measure', ...names],
    ['---', ...names.map(() => '---')],
    ...measures.map((of) => [of, ...names.map((name) => cell(name, of))]),
  ];
  process.stdout.write(`${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`);
  const theirs = columns.get(PEER);
  for (const [of, figures] of theirs ?? []) {
    const ours = names
      .filter((name) => name !== PEER)
      .map((name) => `${name} ${ratio(columns.get(name).get(of), figures)}`);
    process.stdout.write(`\n${of}: ${ours.join(', ')} x ${PEER} (at most 1.5)\n`);
  }
}

function ratio(ours, theirs) {
  return (median(ours) / median(theirs)).toFixed(2);
}

function add(columns, { name, figures }) {
  const column = columns.get(name) ?? new Map();
  columns.set(name, column);
  for (const [of, figure] of Object.entries(figures)) column.set(of, [...(column.get(of) ?? []), figure]);
}

/** In a process of that release: it starts the command line with itself. */
function measured(node, what) {
  tell(`releases: ${what}, ${node}`);
  const args = [fileURLToPath(import.meta.url), what, ...(plan === QUICK ? ['--quick'] : [])];
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (piece) => (text += piece));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`${node} ended with ${code}`));
    });
  });
}

async function measure({ seconds, shortSeconds, longSeconds }) {
  const yardsticks = buildYardsticks();
  try {
    const figures = {};
    for (const rate of LATENESS) {
      const { late, report } = await replayLateness(yardsticks, { rate, seconds, apart: true });
      figures[`lateness p50, ${rate}/s, exact, ms`] = percentile(late, 50);
      figures[`lateness p99, ${rate}/s, exact, ms`] = percentile(late, 99);
      const waitedMs = report.sections.health.resources?.workerRunQueueMs ?? NaN;
      figures[`worker kept from its CPU, ${rate}/s, exact, ms a second`] = waitedMs / seconds;
    }
    for (const rate of CPU) {
      const run = (long) => recordedReplay(yardsticks, { rate, seconds: long, pacing: 'economic', apart: true });
      figures[cpuOf(rate)] = slopeUs(await run(shortSeconds), await run(longSeconds));
    }
    return { name: `Node ${process.versions.node}`, figures };
  } finally {
    rmSync(yardsticks.folder, { recursive: true });
  }
}

async function peer({ shortSeconds, longSeconds }) {
  const command = findPeer(PEER);
  if (command === undefined) return { name: `${PEER}, ${NOT_INSTALLED}`, figures: {} };
  const yardsticks = buildYardsticks();
  const { folder } = yardsticks;
  try {
    const figures = {};
    for (const rate of CPU) {
      const run = (seconds) =>
        recorded(yardsticks, ({ url }) => command({ folder, url }, { rate, seconds: Math.ceil(seconds) + 1 }), {
          apart: true,
        });
      figures[cpuOf(rate)] = slopeUs(await run(shortSeconds), await run(longSeconds));
    }
    return { name: PEER, figures };
  } finally {
    rmSync(yardsticks.folder, { recursive: true });
  }
}

function cpuOf(rate) {
  return `CPU per request, ${rate}/s, economic, us`;
}

/** Starting costs the same in both. */
function slopeUs(short, long) {
  return (long.cpuUs - short.cpuUs) / (long.arrivals.length - short.arrivals.length);
}
