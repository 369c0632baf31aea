// Cold starts of examples/functions, each in a new process: N trials of both runtimes in all three variants, in turns, the
// model from a server on loopback whose bandwidth is limited. Prints Markdown: stages, and differences with intervals.
//   node examples/cold-starts/measure.js [--trials 50] [--connection-mb 25] [--total-mb 75] [--write]
// --write puts it into docs/functions.md.
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { syntheticModel } from '#src/backends/onnx/synthetic-model';
import { differenceInterval } from './difference-interval.js';
import { writeBetween } from '../write-between.js';
import { openSlowStore } from './slow-store.js';

const FUNCTIONS = fileURLToPath(new URL('../functions', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/functions.md', import.meta.url));
const TRIAL = fileURLToPath(new URL('trial.cjs', import.meta.url));
const RUNTIMES = ['ort', 'tfjs-wasm'];
const VARIANTS = ['sequential', 'parallel-1', 'parallel-2'];
const STAGES = ['containerMs', 'importMs', 'downloadMs', 'loadMs', 'firstInferenceMs'];

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '50' },
    'connection-mb': { type: 'string', default: '25' },
    'total-mb': { type: 'string', default: '75' },
    write: { type: 'boolean', default: false },
  },
});
const [trials, connectionMb, totalMb] = [values.trials, values['connection-mb'], values['total-mb']].map(Number);
if (!(trials >= 2 && connectionMb > 0 && totalMb > 0)) {
  console.error('--trials: at least 2; --connection-mb and --total-mb: above 0');
  process.exit(2);
}
if (!existsSync(join(FUNCTIONS, 'dist/serve-model.js'))) {
  console.error('build first: npm run build && npx tsc -p examples/functions');
  process.exit(2);
}

const folder = join(tmpdir(), 'replay-models');
mkdirSync(folder, { recursive: true });
const store = await openSlowStore(readFileSync(syntheticModel('mobilenet', folder, () => undefined)), {
  connectionBytesPerMs: connectionMb * 1000,
  totalBytesPerMs: totalMb * 1000,
});
const conditions = RUNTIMES.flatMap((runtime) => VARIANTS.map((variant) => ({ runtime, variant, results: [] })));
for (let round = 0; round < trials; round++) {
  // Another order in each round, so that none always comes after the same.
  for (let i = 0; i < conditions.length; i++) {
    const condition = conditions[(i * (round % 2 === 0 ? 1 : 5) + round) % conditions.length];
    condition.results.push(await coldTrial(condition));
  }
  process.stderr.write(`\rround ${round + 1} of ${trials}`);
}
store.close();
process.stderr.write('\n');
const page = pageOf();
console.log(page);
if (values.write) writeBetween(PAGE, 'measured', page);

/** Ms of each stage, and from the start of the process until its parent had the answer. */
async function coldTrial({ runtime, variant }) {
  const startedMs = performance.now();
  const env = { ...process.env, MODEL: store.url, RUNTIME: runtime, COLD_START: variant, THREADS: '2' };
  const child = fork(TRIAL, [join(FUNCTIONS, 'dist/serve-model.js')], { env });
  const stages = await new Promise((done, fail) => {
    child.once('message', done);
    child.once('exit', () => fail(new Error('a trial ended without an answer')));
  });
  const totalMs = performance.now() - startedMs;
  await new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done()));
  return { ...stages, totalMs };
}

function pageOf() {
  const date = new Date().toISOString().slice(0, 10);
  const load = loadavg()[1].toFixed(1);
  return [
    `${date}, ${cpus().length} x ${cpus()[0].model.trim()} (load average ${load}), Node ${process.version}: ${trials} trials each; ` +
      `the model (16.9 MB) at ${connectionMb} MB/s a connection, ${totalMb} MB/s in all; means in ms.`,
    '',
    row(['runtime', 'variant', 'container', 'import', 'download', 'load', 'first inference', 'whole']),
    row(['---', '---', '---:', '---:', '---:', '---:', '---:', '---:']),
    ...conditions.map(({ runtime, variant, results }) =>
      row([
        runtime,
        variant,
        ...[...STAGES, 'totalMs'].map((name) => mean(results.map((one) => one[name])).toFixed(0)),
      ]),
    ),
    '',
    row(['difference of the whole', 'ms', '95 % interval']),
    row(['---', '---:', '---:']),
    ...RUNTIMES.flatMap((runtime) => [
      difference([runtime, 'parallel-1'], [runtime, 'sequential']),
      difference([runtime, 'parallel-2'], [runtime, 'sequential']),
      difference([runtime, 'parallel-2'], [runtime, 'parallel-1']),
    ]),
    ...VARIANTS.map((variant) => difference(['tfjs-wasm', variant], ['ort', variant])),
  ].join('\n');
}

/** Round by round: what slows a whole round down slows both. */
function difference(one, other) {
  const [of, from] = [one, other].map(
    ([runtime, variant]) => conditions.find((c) => c.runtime === runtime && c.variant === variant).results,
  );
  const { mean: middle, low, high } = differenceInterval(of.map(({ totalMs }, i) => totalMs - from[i].totalMs));
  return row([
    `${one.join(' ')} less ${other.join(' ')}`,
    middle.toFixed(0),
    `${low.toFixed(0)} to ${high.toFixed(0)}`,
  ]);
}

function mean(numbers) {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}
