// The same trace on all eight systems of the study, by the built command line, each stood in for on this machine:
//   node examples/eight-systems/run.js [--quick] [--out DIR]
// It makes models, requests and traces, starts one stand-in after the other, replays, and writes DIR/table.md, and unless
// --quick (a tiny model, 20 requests) the table of docs/eight-systems.md. Ends with 1 unless every run is valid and whole.
import { fork, spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeModels } from './models.js';
import { ROWS } from './rows.js';
import { tableOf } from './table.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'bin/replay.js');
const FUNCTIONS = join(ROOT, 'examples/functions');
const PAGE = join(ROOT, 'docs/eight-systems.md');
/** The stand-in does not take the CPU from the generator. */
const NICE = 10;
/** Nobody verifies them. */
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
  for (const row of ROWS.filter(({ model }) => models[model] !== undefined)) {
    const result = await measured(
      row,
      models[row.model],
      join(out, `${results.length + 1}-${row.standIn}-${row.model}`),
    );
    results.push(result);
    const { verdict } = result.report;
    console.error(
      [`${row.system}, ${row.model}: ${verdict.valid ? 'VALID' : 'INVALID'}`, ...verdict.reasons].join('\n  '),
    );
  }
  const table = tableOf(results);
  writeFileSync(join(out, 'table.md'), table);
  console.log(table);
  if (!flags.quick) writePage(table);
  return results.every(({ report }) => report.verdict.valid && isWhole(report.sections.outcomes));
}

function isWhole({ planned, ok, failures }) {
  return planned === ok + Object.values(failures).reduce((sum, count) => sum + count, 0);
}

/** Of one row: its command as one may type it, and its report. */
async function measured(row, model, folder) {
  const open = [];
  try {
    const url = await openRow(row, model, open);
    const args = [model.tracePath, '--payload', model.body, ...row.args].map((arg) => arg.replace('$MODEL', row.model));
    await replay([
      ...args.map((arg) => arg.replace('$URL', url)),
      '--quiet',
      ...(flags.quick ? ['--no-html'] : []),
      '-o',
      folder,
    ]);
    const shown = ['replay', `${row.model}-trace.json`, '--payload', `${row.model}.json`, ...args.slice(3)];
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    return { ...row, command: shown.join(' '), report };
  } finally {
    for (const close of open.reverse()) await close();
  }
}

async function openRow({ standIn, before, model: name }, model, open) {
  const serveUrl = [standIn, before].includes('serve') ? await openServe(name, model.path, open) : undefined;
  if (standIn === 'serve') return serveUrl;
  if (before === 'serve') return openStandIn(standIn, { predictUrl: `${serveUrl}/v1/models/${name}:predict` }, open);
  const env = { MODEL: await openStore(model.path, open), THREADS: '1' };
  return openStandIn(standIn, { folder: FUNCTIONS, env }, open);
}

async function openServe(name, path, open) {
  const args = [CLI, 'serve', '--model', path, '--name', name, '--port', '0', '--grpc-port', '0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  setPriority(child.pid, NICE);
  const ended = new Promise((done) => child.once('exit', done));
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
  setPriority(child.pid, NICE);
  const ended = new Promise((done) => child.once('exit', done));
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
  return new Promise((done, fail) => {
    child.once('exit', (code) => (code === 0 || code === 96 ? done() : fail(new Error(`replay ended with ${code}`))));
  });
}

function writePage(table) {
  const [begin, end] = ['<!-- table: begin -->', '<!-- table: end -->'];
  const page = readFileSync(PAGE, 'utf8');
  const date = new Date().toISOString().slice(0, 10);
  const where = `Measured on ${date}, ${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.version}.`;
  const from = page.indexOf(begin) + begin.length;
  writeFileSync(PAGE, `${page.slice(0, from)}\n\n${where}\n\n${table}\n${page.slice(page.indexOf(end))}`);
}
