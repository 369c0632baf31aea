// The same trace on all eight systems of the study, by the built command line, each stood in for on this machine:
//   node examples/eight-systems/run.js [--quick] [--out DIR]
// It makes models, requests and traces, starts one stand-in after the other, replays, and writes DIR/table.md, and unless
// --quick (a tiny model, 20 requests) the table of docs/eight-systems.md. Ends with 1 unless every run is valid and whole.
import { fork, spawn } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { cpus, loadavg, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeModels } from './models.js';
import { ROWS } from './rows.js';
import { writeBetween } from '../write-between.js';
import { tableOf } from './table.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'bin/replay.js');
const FUNCTIONS = join(ROOT, 'examples/functions');
const PAGE = join(ROOT, 'docs/eight-systems.md');
/** The stand-in does not take the CPU from the generator. */
const NICE = 10;
/** They are not verified. */
const ENV = {
  ...process.env,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'stand-in',
  AWS_SECRET_ACCESS_KEY: 'stand-in',
  AWS_EC2_METADATA_DISABLED: 'true',
};

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
});
if (!existsSync(join(FUNCTIONS, 'dist/lambda.js'))) {
  console.error('build first: npm run build && npx tsc -p examples/functions');
  process.exit(2);
}
if (flags.out !== undefined && existsSync(flags.out) && readdirSync(flags.out).length > 0) {
  console.error(`--out ${flags.out}: name a new or empty folder`);
  process.exit(2);
}
const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const child of children) child.kill('SIGTERM');
    process.exit(130);
  });
}
process.exitCode = (await main()) ? 0 : 1;

async function main() {
  const out = flags.out ?? mkdtempSync(join(tmpdir(), 'eight-systems-'));
  mkdirSync(out, { recursive: true });
  const models = makeModels(out, flags.quick);
  for (const [name, model] of Object.entries(models)) {
    model.tracePath = join(out, `${name}-trace.json`);
    await replay(['generate', 'mmpp', ...model.trace, '--name', name, '-o', model.tracePath]);
  }
  const results = [];
  const shared = [];
  try {
    for (const row of ROWS.filter(({ model }) => models[model] !== undefined)) {
      const result = await measured(
        row,
        models[row.model],
        join(out, `${results.length + 1}-${row.standIn}-${row.model}`),
        shared,
      );
      results.push(result);
      const { verdict } = result.report;
      console.error(
        [`${row.system}, ${row.model}: ${verdict.valid ? 'VALID' : 'INVALID'}`, ...verdict.reasons].join('\n  '),
      );
    }
  } finally {
    await closeAll(shared);
  }
  const table = tableOf(results);
  writeFileSync(join(out, 'table.md'), table);
  console.log(table);
  if (!flags.quick) writeBetween(PAGE, 'table', `${whereAndWhen()}\n\n${table.trim()}`);
  return results.every(({ report }) => report.verdict.valid && isWhole(report.sections.outcomes));
}

function isWhole({ planned, ok, failures }) {
  return planned === ok + Object.values(failures).reduce((sum, count) => sum + count, 0);
}

/** `shared` closes what later rows use, too. Of one row: its command as one may type it, and its report. */
async function measured(row, model, folder, shared) {
  const open = [];
  try {
    const url = await openRow(row, model, open, shared);
    const args = [model.tracePath, '--payload', model.body, ...row.args].map((arg) => arg.replace('$MODEL', row.model));
    await replay([
      ...args.map((arg) => arg.replace('$URL', url)),
      '--quiet',
      ...(flags.quick ? ['--no-html', '--pacing', 'economic', '--timeout', '2m'] : []),
      '-o',
      folder,
    ]);
    const shown = ['replay', `${row.model}-trace.json`, '--payload', `${row.model}.json`, ...args.slice(3)];
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    return { ...row, command: shown.join(' '), report };
  } finally {
    await closeAll(open);
  }
}

async function closeAll(open) {
  for (const close of open.reverse()) await close();
}

async function openRow({ standIn, before, model: name }, model, open, shared) {
  if ([standIn, before].includes('serve')) {
    model.serveUrl ??= await openServe(name, model.path, shared);
    if (standIn === 'serve') return model.serveUrl;
    return openStandIn(standIn, { predictUrl: `${model.serveUrl}/v1/models/${name}:predict` }, open);
  }
  const env = { MODEL: await openStore(model.path, open), THREADS: '1' };
  return openStandIn(standIn, { folder: FUNCTIONS, env, most: flags.quick ? 3 : 10 }, open);
}

async function openServe(name, path, open) {
  const args = [CLI, 'serve', '--model', path, '--name', name, '--port', '0', '--grpc-port', '0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = started(child, NICE);
  open.push(async () => {
    child.kill();
    await ended;
  });
  return new Promise((done, fail) => {
    child.stdout.once('data', (bytes) => done(/REST ([^\s,]+)/.exec(String(bytes))[1].replace(/^(?!http)/, 'http://')));
    child.once('exit', () => fail(new Error('replay serve ended')));
  });
}

async function openStandIn(kind, options, open) {
  const child = fork(fileURLToPath(new URL('stand-ins/stand-in.js', import.meta.url)), [kind, JSON.stringify(options)]);
  const ended = started(child, NICE);
  open.push(async () => {
    if (child.connected) child.disconnect();
    await ended;
  });
  const { url } = await new Promise((done, fail) => {
    child.once('message', done);
    child.once('exit', () => fail(new Error(`the stand-in for ${kind} ended`)));
  });
  return url;
}

/** Resolves when it has ended. */
function started(child, priority) {
  if (priority > 0) setPriority(child.pid, priority);
  children.add(child);
  return new Promise((done) => {
    child.once('exit', () => {
      children.delete(child);
      done();
    });
  });
}

/** What stands in for object storage. */
async function openStore(path, open) {
  const headers = { 'content-length': statSync(path).size };
  const server = createServer((_request, response) => createReadStream(path).pipe(response.writeHead(200, headers)));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  open.push(async () => server.close());
  return `http://127.0.0.1:${server.address().port}/model.onnx`;
}

/** An INVALID run ends with 96, which the table tells. */
function replay(args) {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    env: ENV,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  void started(child, 0);
  return new Promise((done, fail) => {
    child.once('exit', (code) => (code === 0 || code === 96 ? done() : fail(new Error(`replay ended with ${code}`))));
  });
}

function whereAndWhen() {
  const date = new Date().toISOString().slice(0, 10);
  const load = loadavg()[2].toFixed(1);
  return `Measured on ${date}, ${cpus().length} x ${cpus()[0].model.trim()} (load average ${load}), Node ${process.version}.`;
}
