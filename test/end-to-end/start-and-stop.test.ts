import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Interrupted } from '#src/errors';
import { renderReportText } from '#src/report/report-text';
import { replay, type ReplayRequest, type Surroundings } from '#src/replay/replay';
import { readTrace } from '#src/trace-file/read-trace';
import { expectConserved, freshFolder, readReport, ROOT, runCli, spawnCli } from '../support/run-cli.js';

/** A backend that does something else than getting ready. */
function pluginThat(what: { setUp?: string; prepare?: string }, waits = 'on-the-world'): string {
  const path = join(dirname(freshFolder()), 'plugin.mjs');
  writeFileSync(
    path,
    `const hang = (signal) => new Promise((resolve) => signal.aborted ? resolve() : signal.addEventListener('abort', resolve));
    export default { name: 'unready', summary: '', waits: '${waits}', knowsSent: true, publicOptions: [], parseOptions: () => null,
      async setUp(options, { signal, progress }) { ${what.setUp ?? ''}; return { options }; },
      create: () => ({ async prepare(signal) { ${what.prepare ?? ''} }, async invoke() { return { ok: true }; } }) };`,
  );
  return path;
}

const REFUSES = `throw Object.assign(new Error('the payload is refused'), { name: 'UserError' })`;

describe('a run that does not start leaves nothing', () => {
  it.each([
    ['real', 'on-the-world'],
    ['virtual', 'on-the-clock'],
  ])('in %s time', async (time, waits) => {
    const backend = pluginThat({ prepare: REFUSES }, waits);
    const out = freshFolder();
    const args = ['--rate', '100/s', '-d', '100ms', '--time', time, '--quiet', '-o', out, '--pacing', 'economic'];
    const { code, stderr } = await runCli([...args, '--backend', backend]);
    expect([code, stderr]).toEqual([2, 'replay: the payload is refused\n']);
    expect(existsSync(out)).toBe(false);
    mkdirSync(out);
    expect((await runCli([...args, '--backend', backend])).code).toBe(2);
    expect(readdirSync(out)).toEqual([]);
    await runCli([...args, '--backend', 'simulated']);
    expectConserved(readReport(out));
  });

  it('stopped while the backend gets ready: one line, exit 130', async () => {
    const out = freshFolder();
    const backend = pluginThat({ prepare: `console.error('preparing'); await hang(signal); ${REFUSES}` });
    const args = ['--rate', '100/s', '-d', '1s', '--quiet', '--backend', backend, '-o', out];
    const { code, stdout, stderr } = await spawnCli(args, (child) => {
      child.stderr?.once('data', () => child.kill('SIGINT'));
    });
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toBe('preparing\nstopping before the start: nothing was sent (press Ctrl-C again to quit now)\n');
    expect(existsSync(out)).toBe(false);
  });

  it('stopped while it is set up', async () => {
    const stop = new AbortController();
    const out = freshFolder();
    const backend = pluginThat({ setUp: `progress('setting up'); await hang(signal); ${REFUSES}` });
    const run = replay(
      await requestOf(backend, out),
      worldOf(stop, {
        say: () => {
          stop.abort();
        },
      }),
    );
    await expect(run).rejects.toBeInstanceOf(Interrupted);
    expect(existsSync(out)).toBe(false);
  });
});

it('stopped before the first request is due, a run says that nothing was sent', async () => {
  const stop = new AbortController();
  const out = freshFolder();
  const { report, record } = await replay(
    await requestOf('null', out),
    worldOf(stop, {
      onStart: () =>
        setImmediate(() => {
          stop.abort();
        }),
    }),
  );
  expectConserved(report);
  expect([report.sections.outcomes.unsent, record.end?.interrupted]).toEqual([report.sections.outcomes.planned, true]);
  expect(renderReportText(report)).toMatch(/\nNOTHING WAS SENT: .*\n$/);
});

async function requestOf(backend: string, out: string): Promise<ReplayRequest> {
  const trace = await readTrace(join(ROOT, 'traces/workload-40.json'), {
    spoolDir: dirname(out),
    stdin: process.stdin,
  });
  return {
    trace,
    backend,
    backendOptions: {},
    ...{ fromMs: 80_000, toMs: 81_000, speed: 1, workers: 1, pacing: 'economic', time: 'real' },
    ...{ maxInFlight: undefined, connections: undefined, timeoutMs: 1000, warmupMs: 0, maxLatenessMs: 1000, seed: 1 },
    ...{ out, html: false },
  };
}

function worldOf(stop: AbortController, more: Partial<Surroundings>): Surroundings {
  return {
    ...{ folder: ROOT, env: {}, date: () => new Date(), stop: stop.signal },
    ...{ say: () => undefined, onProgress: () => undefined },
    ...more,
  };
}

describe('signals', () => {
  it('the second Ctrl-C kills, whatever the run waits for', async () => {
    const out = freshFolder();
    const args = ['--rate', '100/s', '-d', '20s', '--backend', join(ROOT, 'test/support/deaf-backend.js'), '-o', out];
    let signal: NodeJS.Signals | null = null;
    await spawnCli(args, (child) => {
      child.on('exit', (_code, by) => {
        signal = by;
      });
      child.stderr?.on('data', (text: Buffer) => {
        if (text.includes('1s of 20s') || text.includes('press Ctrl-C again')) child.kill('SIGINT');
      });
    });
    expect(signal).toBe('SIGINT');
    expect(existsSync(join(out, 'report.json'))).toBe(false);
    expect((await runCli(['report', out])).code).not.toBe(2);
  });
});
