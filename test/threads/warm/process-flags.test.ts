import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { freshFolder, ROOT } from '../../support/run-cli.js';

/** What a program that calls `run` sees of V8: whether new contexts have `gc`, the space for young objects of a new thread, each flag as last set. */
interface Seen {
  readonly gc: string;
  readonly youngBytes: number;
  readonly flags: Readonly<Record<string, string>>;
}

const SCRIPT = `
import v8 from 'node:v8';
import vm from 'node:vm';
import { syncBuiltinESMExports } from 'node:module';
import { Worker } from 'node:worker_threads';

const flags = {};
const everSet = new Set();
const set = v8.setFlagsFromString;
v8.setFlagsFromString = (text) => {
  const [, no, name, value = String(no === undefined)] = /^--(no-)?([^=]+)(?:=(.*))?$/.exec(text);
  flags[name] = value;
  everSet.add(text);
  set(text);
};
syncBuiltinESMExports();
const { run } = await import(process.argv[1]);

const young = () =>
  new Promise((resolve) => {
    const code =
      "const { getHeapSpaceStatistics } = require('node:v8'); const { parentPort } = require('node:worker_threads');" +
      "parentPort.postMessage(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size)";
    new Worker(code, { eval: true, execArgv: [] }).once('message', resolve);
  });
const see = async () => ({ gc: vm.runInNewContext('typeof gc'), youngBytes: await young(), flags: { ...flags } });

const before = await see();
const options = { rate: '200/s', duration: '1s', backend: 'null', pacing: 'exact', workers: 1, html: false };
const runs = process.argv.slice(2).map((out) => run({ ...options, out }));
const verdicts = (await Promise.allSettled(runs)).map(({ status, reason }) => reason?.message ?? status);
console.log(JSON.stringify({ before, after: await see(), everSet: [...everSet], verdicts }));
`;

async function aroundRuns(runs: number, nodeFlags: readonly string[] = []) {
  const folders = Array.from({ length: runs }, () => join(freshFolder(), 'run'));
  const args = [...nodeFlags, '--input-type=module', '-e', SCRIPT, join(ROOT, 'dist/index.js'), ...folders];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  // V8 prints an error for a flag that it does not know.
  expect(stderr).toBe('');
  return JSON.parse(stdout) as {
    readonly before: Seen;
    readonly after: Seen;
    readonly everSet: readonly string[];
    readonly verdicts: readonly string[];
  };
}

/** V8's own value of each flag, as this Node prints them. */
function defaults(): ReadonlyMap<string, string> {
  const text = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  const found = text.matchAll(/default: --(no-)?([\w-]+)(?:=(\S*))?/g);
  return new Map(Array.from(found, ([, no, name = '', value]) => [name, value ?? String(no === undefined)]));
}

it.each([1, 2])('a program that calls run finds V8 as it was, after %d run(s) at once', async (runs) => {
  const { before, after, everSet, verdicts } = await aroundRuns(runs);
  expect(verdicts).toEqual(Array.from({ length: runs }, () => 'fulfilled'));
  expect(everSet).toContain('--expose-gc');
  expect(everSet).toContain('--min-semi-space-size=8');
  expect(before.gc).toBe('undefined');
  expect({ gc: after.gc, youngBytes: after.youngBytes }).toEqual({ gc: before.gc, youngBytes: before.youngBytes });
  const usual = defaults();
  const expected = Object.fromEntries(Object.keys(after.flags).map((name) => [name, usual.get(name)]));
  expect(after.flags).toEqual(expected);
});

it('flags that the program was started with are restored to those', async () => {
  const { before, after, verdicts } = await aroundRuns(1, [
    '--expose-gc',
    '--min-semi-space-size=2',
    '--semi_space_growth_factor=3',
  ]);
  expect(verdicts).toEqual(['fulfilled']);
  expect([before.gc, after.gc]).toEqual(['function', 'function']);
  expect(after.youngBytes).toBe(before.youngBytes);
  expect(after.flags).toMatchObject({ 'min-semi-space-size': '2', 'semi-space-growth-factor': '3' });
});
