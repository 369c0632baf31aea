import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HAS_TERMINALS, inTerminal } from '../support/in-terminal.js';
import { CLI, freshFolder, readReport, ROOT, runCli } from '../support/run-cli.js';

const BAR = /[━─]/;
/** A name that would clear the screen, ring, turn the line around, and is wider than it is long. */
const HOSTILE = '\u001b[2J\u0007\u202e漢字のトレース\u001b]0;owned\u0007';

function replaying(seconds: number, ...more: string[]): string[] {
  const load = ['--rate', '100/s', '--duration', `${String(seconds)}s`];
  const backend = more.includes('--backend') ? [] : ['--backend', 'simulated'];
  return [process.execPath, CLI, ...load, ...backend, '--pacing', 'economic', '--no-html', ...more];
}

function hostileTrace(seconds: number): string {
  const path = join(mkdtempSync(join(tmpdir(), 'replay-live-')), 'trace.json');
  const atMs = Array.from({ length: seconds * 50 }, (_, i) => i * 20);
  writeFileSync(path, JSON.stringify({ format: 1, name: HOSTILE, durationMs: seconds * 1000, atMs }));
  return path;
}

// A key pressed into a pseudo-terminal gets lost now and then.
describe.skipIf(!HAS_TERMINALS)('on a real terminal', { retry: 1 }, () => {
  test.concurrent('80 columns: redrawn in place, gone at the end', async () => {
    const { screen, shows, ended, raw } = inTerminal(
      replaying(3, '--out', freshFolder(), '--set', 'failure-ratio=0.2', '--machine', 'aws:t2.2xlarge'),
      80,
      24,
    );
    await shows(/^sending {3}offered [\d.,]+\/s +sent [\d.,]+\/s +in flight \d+$/m);
    const view = screen.lines.slice(screen.lines.findIndex((line) => BAR.test(line)) - 1);
    expect(view[0]).toMatch(/^poisson-100 → simulated +[12]s of 3s$/);
    expect(view[0]).toHaveLength(79);
    expect(view[1]).toMatch(/^━+─* +\d+ % {2}\ds left$/);
    expect(view.slice(2, 7).map((line) => line.split(' ')[0])).toEqual(['sending', 'p50', 'p99', 'success', 'cost']);
    expect(view[5]).toMatch(/^success +\d\d\.\d\d % {2}\d+ answered {2}server-error \d+$/);
    expect(screen.cursorShown).toBe(false);
    await shows((now) => /^━+─* +\d+ % {2}\ds left$/m.test(now.text) && now.text.match(/ of 3s$/gm)?.length === 1);
    expect([0, 96]).toContain(await ended);
    expect(screen.text).not.toMatch(BAR);
    expect(screen.text).toMatch(/^Requests /m);
    expect(screen.cursorShown).toBe(true);
    expect(raw()).toContain('\u001b[36m');
  });

  test.concurrent('a hostile name, no colour, no UTF-8, and a terminal that shrinks', async () => {
    const { screen, shows, resize, ended, raw } = inTerminal(
      [process.execPath, CLI, hostileTrace(4), '--backend', 'simulated', '--no-html', '--out', freshFolder(), '--json'],
      60,
      24,
      { NO_COLOR: '1', LANG: 'C' },
    );
    await shows(/^\S.* > simulated +\ds of 4s$/m);
    resize(40, 24);
    await shows(({ lines }) => lines.some((line) => line.length === 39 && line.endsWith('s of 4s')));
    const view = screen.lines.slice(screen.lines.findIndex((line) => line.includes(' > simulated')));
    expect(view[0]).toHaveLength(39);
    for (const line of view) expect(line).toMatch(/^[ -~]{0,39}$/);
    expect(view.filter((line) => line.startsWith('sending'))).toHaveLength(1);
    expect([0, 96]).toContain(await ended);

    expect(raw()).not.toMatch(/\u001b\[\d*m|\u001b\]|\u0007|\u001b\[2J/);
    expect(screen.lines).toContain('{');
  });

  test.concurrent('Ctrl-C: the view goes, the message is whole, the report follows', async () => {
    const out = freshFolder();
    const { screen, shows, press, ended } = inTerminal(replaying(60, '--out', out), 80, 24);
    await shows(/ of 60s$/m);
    press('\u0003');
    await shows(/^stopping: nothing more is sent; writing the report/m);
    expect(screen.text).not.toMatch(BAR);
    expect(screen.cursorShown).toBe(true);
    expect(await ended).toBe(130);
    expect(screen.text).not.toMatch(BAR);
    expect(screen.text).toMatch(/^ *.*INVALID|VALID/m);
    expect(readReport(out).run.stopReason).toMatch(/user/);
  });

  test.concurrent('a second Ctrl-C kills, and leaves the terminal as it was', async () => {
    const deaf = ['--backend', join(ROOT, 'test/support/deaf-backend.js'), '--out', freshFolder()];
    const { screen, shows, press, ended } = inTerminal(replaying(60, ...deaf), 80, 24);
    await shows(/ of 60s$/m);
    press('\u0003');
    await shows(/^stopping: /m);
    press('\u0003');
    expect(await ended).toBe(130);
    expect(screen.text).not.toMatch(BAR);
    expect(screen.cursorShown).toBe(true);
    expect(screen.text).not.toMatch(/^Requests/m);
  });

  test.concurrent('an exception takes the view away before it is reported', async () => {
    const program = `
      import { liveProgress } from '#src/commands/live-progress';
      const live = await liveProgress(process.stderr, { quiet: false, env: process.env });
      const tally = { boundsSeconds: [], counts: [0], sumSeconds: 0 };
      live.show({ run: { trace: 't', backend: 'b' }, nowMs: 1000, durationMs: 9000, inFlight: 1, ok: 1, failed: 0,
        failures: {}, rates: { duePerSecond: 1, sentPerSecond: 1 }, recent: { p50Ms: 1, p99Ms: 1 }, seconds: [],
        response: tally, lateness: tally, cost: null, over: false });
      throw new Error('a bug');`;
    const { screen, ended } = inTerminal([process.execPath, '--input-type=module', '-e', program], 80, 40);
    expect(await ended).toBe(1);
    expect(screen.cursorShown).toBe(true);
    expect(screen.text).toContain('Error: a bug');
    expect(screen.text).not.toMatch(BAR);
  });

  test.concurrent('a dumb terminal gets a line a second, and no control codes', async () => {
    const { screen, ended, raw } = inTerminal(replaying(2, '--json', '--out', freshFolder()), 80, 40, { TERM: 'dumb' });
    expect([0, 96]).toContain(await ended);
    expect(screen.text).toMatch(/^\ds of 2s {2}offered /m);
    expect(raw()).not.toContain('\u001b');
  });
});

test.concurrent('elsewhere: a line a second on stderr; nothing at all with --quiet', async () => {
  const told = await runCli(replaying(2, '--json', '--out', freshFolder()).slice(2));
  const lines = told.stderr.split('\n').filter((line) => / of 2s /.test(line));
  expect(lines.length).toBeGreaterThanOrEqual(1);
  expect(lines.at(-1)).toMatch(/^\ds of 2s {2}offered [\d.]+\/s {2}sent [\d.]+\/s {2}in flight 0 {2}/);
  const { planned } = readReportOf(told.stdout).sections.outcomes;
  expect(lines.at(-1)).toContain(`${String(planned)} of ${String(planned)} answered`);
  const quiet = await runCli(replaying(1, '--json', '--quiet', '--out', freshFolder()).slice(2));
  expect(quiet.stderr.replaceAll(/^warning: .*\n/gm, '')).toBe('');
});

function readReportOf(stdout: string): ReturnType<typeof readReport> {
  return JSON.parse(stdout) as ReturnType<typeof readReport>;
}
