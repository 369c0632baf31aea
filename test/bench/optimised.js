// How much of a worker's time goes to code that V8 has not optimised: what the rehearsal did not get compiled stays slow to
// the end. Run: node test/bench/optimised.js [rate] [seconds] [--quick] [--check]; --check ends with 1 where it falls short.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printBench, tell } from '../support/bench-table.js';
import { BODY, buildYardsticks, delayedServer } from '../support/send-times.js';

const CLI = fileURLToPath(new URL('../../bin/replay.js', import.meta.url));

/** Of the ticks in JavaScript and V8's builtins, the interpreter and what serves unoptimised code may have this share. */
const MOST_SHARE = 0.2;
/** A function that has this share without being optimised is hot, and a fault. */
const HOT_SHARE = 0.02;
const OPTIMISED = new Set(['Opt', 'Maglev']);
/** Builtins that only code without feedback of its own kind calls. */
const FOR_UNOPTIMISED =
  /^(?:Load|KeyedLoad|Store|KeyedStore|Define\w+|Call|Compare|Add|Binary|In|ToBoolean)\w*IC|_WithFeedback|Baseline|Interpreter/;

await printBench(import.meta.url, async ({ quick, numbers: [rate = 20_000, seconds = quick ? 2 : 6] }) => {
  const rows = [];
  for (const pacing of ['exact', 'economic']) {
    tell(`optimised: ${pacing} pacing at ${rate}/s`);
    rows.push(rowOf(pacing, rate, await profile({ pacing, rate, seconds })));
  }
  return rows;
});

function rowOf(pacing, rate, { share, hot, ticks }) {
  const names = hot.map(({ name, part }) => `${name} ${(100 * part).toFixed(1)} %`);
  return {
    measure: `time in code that is not optimised, ${rate}/s, ${pacing}`,
    figure: `${(100 * share).toFixed(1)} % of ${ticks} ticks in JavaScript and builtins`,
    goal: `at most ${100 * MOST_SHARE} %, no function above ${100 * HOT_SHARE} %`,
    held: share <= MOST_SHARE && hot.length === 0,
    note: names.join('; '),
  };
}

/** Profiles the second half of a run, when all that will be compiled is. */
async function profile({ pacing, rate, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'replay-optimised-'));
  const yardsticks = buildYardsticks();
  const service = await delayedServer(yardsticks, { delayUs: 0 });
  try {
    const args = ['--rate', `${rate}/s`, '--process', 'constant', '--duration', `${seconds}s`, '--workers', '1'];
    const target = ['--backend', 'http', '--url', service.url, '-b', BODY, '--pacing', pacing];
    await run(folder, ['--prof', CLI, ...args, ...target, '--quiet', '--no-html', '--out', join(folder, 'run')]);
    const profiles = [];
    for (const name of readdirSync(folder).filter((one) => one.endsWith('v8.log'))) {
      const text = await run(folder, ['--prof-process', '--preprocess', name], { isRead: true });
      profiles.push(JSON.parse(text));
    }
    // Each thread has a log of its own.
    const worker = profiles.find(({ code }) => code.some(({ name = '' }) => name.includes('/threads/worker.js')));
    if (worker === undefined) throw new Error(`no profile of a worker in ${profiles.length} logs`);
    return unoptimised(worker);
  } finally {
    await service.close();
    rmSync(yardsticks.folder, { recursive: true });
    rmSync(folder, { recursive: true });
  }
}

/** By the code that each tick was in. */
function unoptimised({ code, ticks }) {
  const [first, last] = [ticks[0].tm, ticks.at(-1).tm];
  const later = ticks.filter(({ tm }) => tm > (first + last) / 2);
  const counts = new Map();
  let [all, slow] = [0, 0];
  for (const { s: stack } of later) {
    const leaf = code[stack[0]];
    if (leaf === undefined || !['JS', 'CODE'].includes(leaf.type)) continue;
    all++;
    const name = slowName(leaf);
    if (name === undefined) continue;
    slow++;
    // A builtin is called from optimised code, too: it counts in the share alone.
    if (leaf.type === 'JS') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const hot = [...counts].map(([name, n]) => ({ name, part: n / all })).filter(({ part }) => part > HOT_SHARE);
  return { share: slow / all, hot: hot.sort((a, b) => b.part - a.part), ticks: all };
}

/** What a piece of code is called where it is not optimised, or serves code that is not. */
function slowName({ type, kind, name }) {
  if (type === 'JS') return OPTIMISED.has(kind) ? undefined : `${name.split('/').at(-1)} (${kind})`;
  if (kind === 'BytecodeHandler') return 'the interpreter';
  return FOR_UNOPTIMISED.test(name) ? name : undefined;
}

function run(cwd, args, { isRead = false } = {}) {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', isRead ? 'pipe' : 'ignore', 'ignore'] });
  let text = '';
  child.stdout?.on('data', (piece) => (text += piece));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}
