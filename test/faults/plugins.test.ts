import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readRecord, readReport } from '../support/run-cli.js';
import { expectOneLine, expectReported, faultCases, type FaultCase, type FaultEnd, type Place } from './fault-case.js';

const SERVES = 'create: () => ({ invoke: () => Promise.resolve({ ok: true }) })';

/** A plugin with these members besides the usual ones; `before` comes before it in its module. */
function plugin(members: string, before = ''): string {
  return `${before}
    export default { name: 'mine', summary: 'misbehaves', waits: 'on-the-world', knowsSent: false, publicOptions: [],
      parseOptions: () => ({}), ${members} };`;
}

/** A plugin whose client has these members besides one that answers at once. */
function client(members: string, more = ''): string {
  return plugin(`create: () => ({ invoke: () => Promise.resolve({ ok: true }), ${members} }), ${more}`);
}

type Row = Pick<FaultCase, 'name' | 'during' | 'holds'> & {
  readonly source: string;
  readonly file?: string;
  readonly command?: FaultCase['command'];
};

function row({ name, source, file = 'mine.mjs', command = shortRun, during, holds }: Row): FaultCase {
  return {
    name,
    prepare: ({ folder }) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, file), source);
    },
    command: (place) => command(place).map((word) => word.replace(/mine\.mjs$/, file)),
    ...(during && { during }),
    holds,
  };
}

const backend = ({ folder }: Place): string => join(folder, 'mine.mjs');

function shortRun(place: Place, seconds = 0.3): string[] {
  const load = ['--rate', '100/s', '--duration', `${String(seconds)}s`, '--timeout', '1s', '--pacing', 'economic'];
  return [...load, '--workers', '1', '--quiet', '--json', '--no-html', '--out', place.out, '--backend', backend(place)];
}

/** Refused in one line with the file and these words, and nothing is left behind. */
function refused(says: RegExp): Row['holds'] {
  return (end, place) => {
    expectOneLine(end, says);
    expect(end.stderr).toContain('mine.');
    expect(() => readReport(place.out)).toThrow();
  };
}

/** Reported whole; standard output is the report and nothing else. */
function reported({ stdout }: FaultEnd, place: Place) {
  const report = expectReported(place);
  expect(JSON.parse(stdout)).toMatchObject({ sections: { outcomes: report.sections.outcomes } });
  return report.sections.outcomes;
}

/** Everything was answered, and a note of the report says what failed afterwards. */
function noted(says: RegExp): Row['holds'] {
  return (end, place) => {
    const { ok, planned } = reported(end, place);
    expect(ok).toBe(planned);
    expect(readRecord(place.out).notes).toEqual([expect.stringMatching(says)]);
    expect([0, 96]).toContain(end.code);
  };
}

/** The requests of the worker that died are `crashed`, and say why. */
function crashed(says: RegExp): Row['holds'] {
  return (end, place) => {
    const { failures, planned } = reported(end, place);
    expect(failures).toEqual({ crashed: planned });
    expect(readRecord(place.out).end?.crashes.map(({ cause }) => cause)).toEqual([expect.stringMatching(says)]);
  };
}

/** The record of a run is written at its start. */
const ON_RECORD = `import { existsSync } from 'node:fs'; const record = new URL('run/run.json', import.meta.url);`;

const onLoad: readonly Row[] = [
  { name: 'process.exit', source: 'process.exit(0);', holds: refused(/loading called process\.exit\(0\)/) },
  {
    name: 'process.exit whose error is caught',
    source: plugin(SERVES, 'try { process.exit(0) } catch {}'),
    holds: refused(/called process\.exit\(0\)/),
  },
  {
    name: 'a wait at the top level that never ends',
    source: plugin(SERVES, 'await new Promise(() => {});'),
    holds: refused(/loading can never settle/),
  },
  { name: 'a syntax error', source: 'export default {', holds: refused(/does not load: /) },
  {
    name: 'a CommonJS module that throws',
    file: 'mine.cjs',
    source: 'throw 1n;',
    holds: refused(/mine\.cjs does not load: 1$/m),
  },
];

const beforeStart: readonly Row[] = [
  {
    name: 'setUp never settles, and nothing is left',
    source: plugin(`setUp: () => new Promise(() => {}), ${SERVES}`),
    holds: refused(/setUp can never settle/),
  },
  {
    name: 'setUp never settles, and a timer goes on',
    source: plugin(
      `setUp() { setInterval(() => {}, 9); return new Promise(() => {}) }, patienceMs: { setUp: 300 }, ${SERVES}`,
    ),
    holds: refused(/setUp did not settle within 0\.3 s/),
  },
  {
    name: 'process.exit in setUp',
    source: plugin(`setUp: async () => process.exit(0), ${SERVES}`),
    holds: refused(/setUp called process\.exit\(0\)/),
  },
  {
    name: 'setUp loops',
    source: plugin(`setUp() { for (;;); }, patienceMs: { setUp: 300 }, ${SERVES}`),
    holds: refused(/setUp did not return within 0\.3 s/),
  },
  {
    name: 'parseOptions is asynchronous',
    source: plugin(`parseOptions: async () => ({}), ${SERVES}`),
    holds: refused(/parseOptions returned a promise/),
  },
  {
    name: 'an error of its own names the line',
    source: plugin(`setUp: async () => ({}).a.b, ${SERVES}`, '\n\n'),
    holds: refused(/setUp failed: .*undefined.* \(line \d+\)/),
  },
  {
    name: 'create never settles',
    source: plugin('create: () => new Promise(() => {}), patienceMs: { create: 300 }'),
    holds: refused(/create did not settle within 0\.3 s/),
  },
  {
    name: 'process.exit in create',
    source: plugin('create: () => process.exit(0)'),
    holds: refused(/the worker thread ended by itself \(code 0\)/),
  },
  {
    name: 'a stray error before the start',
    source: plugin(`setUp() { setTimeout(() => { throw null }, 50); return new Promise(() => {}) }, ${SERVES}`),
    holds: refused(/left something that threw: null/),
  },
  {
    name: 'replay check: a hook that never settles',
    source: plugin(`checks: { credentials: () => new Promise(() => {}) }, ${SERVES}`),
    command: (place) => ['check', '--backend', backend(place)],
    holds(end) {
      expect(end.stdout).toMatch(/credentials.*can never settle/);
      expect(end.code).toBe(2);
    },
  },
  {
    name: 'replay check: process.exit in invoke',
    source: plugin('create: () => ({ invoke: () => process.exit(0) })'),
    command: (place) => ['check', '--backend', backend(place), '--json'],
    holds: (end) => {
      expect(end.code).toBe(2);
      expect(end.stderr + end.stdout).toMatch(/called process\.exit\(0\)/);
    },
  },
  {
    name: 'replay backends: process.exit',
    source: 'process.exit(0);',
    command: (place) => ['backends', backend(place)],
    holds: refused(/called process\.exit\(0\)/),
  },
];

const inTheRun: readonly Row[] = [
  {
    name: 'process.exit in invoke',
    source: client('invoke: () => process.exit(0)'),
    holds: crashed(/ended by itself \(code 0\)/),
  },
  {
    name: 'a timer of a worker throws',
    source: client('invoke() { setTimeout(() => { throw Symbol("s") }); return new Promise(() => {}) }'),
    holds: crashed(/mine\.mjs\): /),
  },
  {
    name: 'invoke never settles',
    source: client('invoke: () => new Promise(() => {})'),
    holds(end, place) {
      const { failures, planned } = reported(end, place);
      expect(failures).toEqual({ timeout: planned });
    },
  },
  {
    name: 'it prints on every thread',
    source: plugin(
      `create: () => { console.log('noise'); return { invoke: async () => ({ ok: true }) } }`,
      `console.log('noise');`,
    ),
    holds(end, place) {
      expect(reported(end, place).ok).toBeGreaterThan(0);
      expect(end.stderr.match(/noise/g)?.length).toBeGreaterThan(1);
    },
  },
  {
    name: 'it leaves timers behind on every thread',
    source: plugin(
      'setUp: async () => { setInterval(() => {}, 9); return { options: {} } }, create: () => { setInterval(() => {}, 9); return { invoke: async () => ({ ok: true }) } }',
    ),
    holds(end, place) {
      expect(reported(end, place).ok).toBeGreaterThan(0);
    },
  },
  {
    name: 'process.exit on the main thread while it runs',
    source: plugin(
      `setUp: async () => { setInterval(() => existsSync(record) && process.exit(0), 50); return { options: {} } }, ${SERVES}`,
      ON_RECORD,
    ),
    command: (place) => shortRun(place, 10),
    holds(end, place) {
      reported(end, place);
      expectOneLine(end, /mine\.mjs: it called process\.exit\(0\)/);
    },
  },
  {
    name: 'a loop in invoke and Ctrl-C: the report comes in bounded time',
    source: client('invoke() { for (;;); }'),
    command: (place) => shortRun(place, 30),
    during: (child, place) => {
      afterStart(child, place, () => child.kill('SIGINT'));
    },
    holds(end, place) {
      expect(end.code).toBe(130);
      expect(reported(end, place).failures).toHaveProperty('crashed');
      expect(readRecord(place.out).end?.crashes[0]?.cause).toContain('kept its thread busy');
    },
  },
  {
    name: 'it listens to Ctrl-C in our place: the second kills all the same',
    source: plugin(
      `create: () => ({ invoke() { for (;;); } })`,
      `if (process.removeAllListeners('SIGINT').listenerCount('SIGINT') < 9) try { process.on('SIGINT', () => {}) } catch {}`,
    ),
    command: (place) => shortRun(place, 30),
    during: (child, place) => {
      afterStart(child, place, () => {
        child.kill('SIGINT');
        setTimeout(() => child.kill('SIGINT'), 300);
      });
    },
    holds: ({ signal, stderr }) => {
      expect(stderr).toContain('stopping');
      expect(signal).toBe('SIGINT');
    },
  },
];

/** Once the record is written, which is at the start. */
function afterStart(child: ChildProcess, { out }: Place, then: () => void): void {
  const looking = setInterval(() => {
    try {
      readRecord(out);
    } catch {
      return;
    }
    clearInterval(looking);
    setTimeout(then, 300);
  }, 50);
  child.once('exit', () => {
    clearInterval(looking);
  });
}

const atTheEnd: readonly Row[] = [
  {
    name: 'facts that no record can hold',
    source: client(
      'facts() { const f = { big: 10n, huge: 2n ** 80n, text: "x", n: 1, no: NaN, f() {}, d: new Date(0), s: Symbol() }; f.self = f; return f }',
    ),
    holds(end, place) {
      reported(end, place);
      const { backendFacts, notes } = readRecord(place.out);
      expect(backendFacts).toEqual({ big: 10, huge: '1208925819614629174706176', text: 'x', n: 1 });
      expect(notes).toEqual([expect.stringMatching(/lack no, f, d, s, self/)]);
    },
  },
  {
    name: 'close never settles',
    source: client('close: () => new Promise(() => {})', 'patienceMs: { close: 200 }'),
    holds: noted(/mine\.mjs\): close did not settle within 0\.2 s/),
  },
  {
    name: 'close loops',
    source: client('close() { for (;;); }', 'patienceMs: { close: 200 }'),
    holds: noted(/close did not return within 0\.2 s/),
  },
  {
    name: 'process.exit in close',
    source: client('close: async () => process.exit(0)'),
    holds(end, place) {
      const { ok, planned } = reported(end, place);
      expect(ok).toBe(planned);
    },
  },
  {
    name: 'in virtual time: close and facts fail',
    source: `import { setTimeout } from 'node:timers/promises';
      ${client('facts() { throw 7 }, close: () => setTimeout(60_000)', "waits: 'on-the-clock', patienceMs: { close: 200 }")}`,
    command: (place) => [...shortRun(place).filter((word) => !['--workers', '1'].includes(word)), '--time', 'virtual'],
    holds(end, place) {
      const { ok, planned } = reported(end, place);
      expect(ok).toBe(planned);
      expect(readRecord(place.out).notes).toEqual([
        expect.stringMatching(/facts failed: 7/),
        expect.stringMatching(/close did not settle/),
      ]);
    },
  },
];

faultCases('a plugin that fails while it loads', onLoad.map(row));
faultCases('a plugin that fails before the start costs one line', beforeStart.map(row));
faultCases('a plugin that fails in a run costs its own requests', inTheRun.map(row));
faultCases('a plugin that fails at the end costs a note', atTheEnd.map(row));
