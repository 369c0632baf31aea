// What the live view costs a run: CPU of the main thread, and lateness. Each run has a real pseudo-terminal of its own.
// Run: node test/bench/live-view.js [rounds] [seconds] [--quick]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeArrivals } from '#src/trace-file/arrival-store';
import { liveProgress } from '#src/commands/live-progress';
import { storedRecipe } from '#src/commands/stored-recipe';
import { replay } from '#src/replay/replay';
import { median, printBench, spread, tell } from '../support/bench-table.js';

const RATE = 2000;
const MOST_SHARE = 0.02;
/** Beyond the noise of lateness itself, ms. */
const MOST_LATER_MS = 0.1;
const TERMINAL = fileURLToPath(new URL('../support/pseudo-terminal.py', import.meta.url));

if (process.argv[2] === 'one') await oneRun(...process.argv.slice(3));
else
  await printBench(
    import.meta.url,
    async ({ quick, numbers: [rounds = quick ? 1 : 5, seconds = quick ? 1.5 : 10] }) => {
      const folder = mkdtempSync(join(tmpdir(), 'replay-bench-'));
      try {
        return await compared(folder, rounds, seconds);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

async function compared(folder, rounds, seconds) {
  const [shown, quiet] = [[], []];
  for (let round = 0; round < rounds; round++) {
    tell(`live view: round ${round + 1} of ${rounds}`);
    shown.push(await inTerminal(folder, seconds, 'shown'));
    quiet.push(await inTerminal(folder, seconds, 'quiet'));
  }
  const shares = (runs) => runs.map(({ cpuShare }) => cpuShare * 100);
  const p99s = (runs) => runs.map(({ p99Ms }) => p99Ms);
  const more = median(shares(shown)) - median(shares(quiet));
  const later = median(p99s(shown)) - median(p99s(quiet));
  return [
    {
      measure: `live view at ${RATE}/s, CPU of the main thread`,
      figure: `${more.toFixed(2)} % of a core more`,
      goal: `at most ${MOST_SHARE * 100} %`,
      held: more <= MOST_SHARE * 100,
      note: `${spread(shares(shown), 2)} % with it, ${spread(shares(quiet), 2)} % without`,
    },
    {
      measure: `live view at ${RATE}/s, p99 of lateness`,
      figure: `${later.toFixed(3)} ms more`,
      goal: `at most ${MOST_LATER_MS} ms`,
      held: later <= MOST_LATER_MS,
      note: `${spread(p99s(shown), 3)} ms with it, ${spread(p99s(quiet), 3)} ms without`,
    },
  ];
}

function inTerminal(folder, seconds, how) {
  const result = join(folder, 'result.json');
  const inner = [process.execPath, fileURLToPath(import.meta.url), 'one', how, String(seconds), result];
  const child = spawn('python3', [TERMINAL, '80', '24', ...inner], {
    env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(readFileSync(result, 'utf8')));
      else reject(new Error(`a run in a pseudo-terminal ended with ${code}`));
    });
  });
}

/** In the pseudo-terminal: one run, as the command line does it, watched or quiet. */
async function oneRun(how, seconds, result) {
  const recipe = { process: 'constant', durationMs: Number(seconds) * 1000, seed: 1, rate: RATE };
  const trace = storedRecipe(recipe, 'steady');
  const live = await liveProgress(process.stderr, { quiet: how === 'quiet', env: process.env });
  const out = mkdtempSync(join(tmpdir(), 'replay-live-'));
  let first;
  let last;
  const { report } = await replay(requestFor(trace, out), {
    folder: process.cwd(),
    env: process.env,
    date: () => new Date(),
    stop: new AbortController().signal,
    say: live.say,
    onProgress: (progress) => {
      live.show(progress);
      last = { cpuMs: mainThreadCpuMs(), atMs: performance.now() };
      first ??= last;
    },
  });
  live.end();
  closeArrivals(trace.store);
  rmSync(out, { recursive: true });
  const cpuShare = (last.cpuMs - first.cpuMs) / (last.atMs - first.atMs);
  writeFileSync(result, JSON.stringify({ cpuShare, p99Ms: report.sections.health.lateness.p99Ms }));
}

function requestFor(trace, out) {
  return {
    trace,
    backend: 'simulated',
    backendOptions: { service: '5ms' },
    fromMs: 0,
    toMs: Infinity,
    speed: 1,
    workers: 1,
    pacing: 'exact',
    time: 'real',
    timeoutMs: 5000,
    warmupMs: 0,
    maxLatenessMs: 1000,
    seed: 1,
    out: join(out, 'run'),
    html: false,
  };
}

/** The first number of schedstat: ns on a CPU. */
function mainThreadCpuMs() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}
