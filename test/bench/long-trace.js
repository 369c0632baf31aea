// Traces longer than memory: resident memory while 10 million arrivals are replayed, and 100 million read from disk.
// Run: node test/bench/long-trace.js [arrivals] [--huge] [--quick]      --huge: also the 100 million, about 5 minutes more
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { median, printBench, tell } from '../support/bench-table.js';
import { compile, meteredRun, REPLAY, writtenTo } from '../support/metered-run.js';

const PER_SECOND = 10_000;
const MOST_GROWTH = 0.1;
const LOOK_EVERY_MS = 50;
const PAGE_BYTES = 4096;

await printBench(import.meta.url, async ({ quick, huge, numbers: [arrivals = quick ? 200_000 : 10_000_000] }) => {
  const { folder, programs } = compile(['metered-run']);
  const yardsticks = { folder, metered: programs[0] };
  try {
    const small = await written(yardsticks, arrivals, 'csv');
    const rows = [];
    for (const mode of ['virtual', 'real']) rows.push(await replayed(yardsticks, small, mode));
    const readSmall = await read(yardsticks, small);
    rows.push(readRow(small, readSmall));
    if (!huge)
      return [...rows, { measure: `reading ${count(arrivals * 10)} arrivals`, figure: 'not run: needs --huge' }];
    for (const format of ['csv', 'jsonl.gz']) {
      const large = await written(yardsticks, arrivals * 10, format);
      rows.push(readRow(large, await read(yardsticks, large), readSmall));
      rmSync(large.path);
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function written(yardsticks, arrivals, format) {
  tell(`long trace: writing ${count(arrivals)} arrivals as ${format}`);
  const path = join(yardsticks.folder, `trace-${arrivals}.${format}`);
  const startMs = performance.now();
  const { peakBytes } = await meteredRun(yardsticks, [
    ...[...REPLAY, 'generate', 'poisson', '--rate', `${PER_SECOND}/s`],
    ...['--duration', `${arrivals / PER_SECOND}s`, '-o', path],
  ]);
  return { path, arrivals, format, seconds: (performance.now() - startMs) / 1000, peakBytes };
}

/** Reads and checks the whole trace and sends its first arrivals, in no time. */
async function read(yardsticks, { path }) {
  tell(`long trace: reading ${path.split('/').at(-1)}`);
  const out = join(yardsticks.folder, `read-${path.split('/').at(-1)}`);
  const startMs = performance.now();
  const few = ['--to', '10ms', '--backend', 'null', '--time', 'virtual', '--quiet', '--out', out];
  const { peakBytes } = await meteredRun(yardsticks, [...REPLAY, path, ...few]);
  return { seconds: (performance.now() - startMs) / 1000, peakBytes };
}

function readRow(trace, { seconds, peakBytes }, smaller) {
  const most = smaller === undefined ? Infinity : smaller.peakBytes * (1 + MOST_GROWTH);
  return {
    measure: `reading ${count(trace.arrivals)} arrivals from ${trace.format}, whole process`,
    figure: `${seconds.toFixed(1)} s, at most ${megabytes(peakBytes)} MB`,
    ...(smaller === undefined ? {} : { goal: `at most ${megabytes(most)} MB`, held: peakBytes <= most }),
    note:
      `${(statSync(trace.path).size / 1e6).toFixed(0)} MB on disk; made and written in ${trace.seconds.toFixed(1)} s, ` +
      `at most ${megabytes(trace.peakBytes)} MB${smaller === undefined ? '' : '; goal: 1.1 x a tenth of the arrivals'}`,
  };
}

/** `real` is due 20 times faster than the trace says. */
async function replayed({ folder }, { path, arrivals }, mode) {
  tell(`long trace: replaying ${count(arrivals)} arrivals, ${mode}`);
  const out = join(folder, `replayed-${mode}`);
  const how = mode === 'virtual' ? ['--time', 'virtual'] : ['--speed', '20x', '--workers', '1', '--pacing', 'economic'];
  const looks = await watched(
    [...REPLAY, path, ...how, '--backend', 'null', '--quiet', '--out', out],
    join(out, 'samples.arrows'),
  );
  const { report } = writtenTo(out);
  const { ok, planned } = report.sections.outcomes;
  rmSync(out, { recursive: true });
  const wholeBytes = looks.at(-1).logBytes;
  // From the first million on, or the first tenth of a shorter trace: rows in the log are as good as the trace's clock.
  const from = Math.min(0.1, 1e6 / arrivals);
  const resident = looks.filter(({ logBytes }) => logBytes >= from * wholeBytes).map(({ bytes }) => bytes);
  const first = median(resident.slice(0, Math.max(1, Math.ceil(resident.length / 10))));
  const growth = Math.max(...resident) / first - 1;
  return {
    measure: `memory from ${count(from * arrivals)} arrivals on to ${count(arrivals)}, ${mode} time, null backend`,
    figure: `${growth < 0 ? '' : '+'}${(growth * 100).toFixed(1)} %`,
    goal: `at most +${MOST_GROWTH * 100} %`,
    held: growth <= MOST_GROWTH && ok === planned,
    note:
      `${megabytes(first)} MB, then at most ${megabytes(Math.max(...resident))} MB, at the end ${megabytes(resident.at(-1))} MB; ` +
      `${count(ok)} of ${count(planned)} answered in ${(report.run.endedMs / 1000).toFixed(1)} s of the run's clock`,
  };
}

/** What lies in memory and in the log, again and again, while the command runs. */
async function watched([program, ...args], log) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const looks = [];
  let said = '';
  child.stderr.on('data', (text) => (said = (said + text).slice(-2000)));
  const watching = setInterval(() => {
    try {
      const pages = Number(readFileSync(`/proc/${child.pid}/statm`, 'utf8').split(' ')[1]);
      if (pages > 0) looks.push({ bytes: pages * PAGE_BYTES, logBytes: statSync(log).size });
    } catch {
      // No log yet, or the process has just ended.
    }
  }, LOOK_EVERY_MS);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watching);
  if (code !== 0 && code !== 96) throw new Error(`${args.join(' ')} ended with ${code}: ${said}`);
  return looks;
}

function count(arrivals) {
  return Math.round(arrivals).toLocaleString('en');
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}
