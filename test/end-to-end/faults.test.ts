import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordBatchReader, type RecordBatch } from 'apache-arrow';
import { afterEach, describe, expect, it } from 'vitest';
import { expectConserved, freshFolder, readReport, runCli, spawnCli } from '../support/run-cli.js';

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** A server that does this with each request. */
async function serve(onRequest: (socket: Socket) => void): Promise<string> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => {
      onRequest(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}/`;
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

async function run(url: string, ...more: string[]) {
  const out = freshFolder();
  const finished = await runCli([
    '--rate',
    '100/s',
    '--duration',
    '1s',
    '--backend',
    'http',
    '--url',
    url,
    '-b',
    '{}',
    '--pacing',
    'economic',
    '--quiet',
    '--out',
    out,
    ...(more.includes('--timeout') ? [] : ['--timeout', '500ms']),
    ...more,
  ]);
  const report = readReport(out);
  expectConserved(report);
  return { ...finished, report, failures: report.sections.outcomes.failures };
}

describe('whatever the service does, every request is accounted for', () => {
  it('resets', async () => {
    const { failures, report } = await run(await serve((socket) => socket.resetAndDestroy()));
    expect((failures.cut ?? 0) + (failures['stale-connection'] ?? 0)).toBe(report.sections.outcomes.planned);
  });
  it('hangs: every request is sent on time all the same', async () => {
    let seen = 0;
    const { failures, report } = await run(await serve(() => seen++));
    expect(failures.timeout).toBe(report.sections.outcomes.planned);
    expect(seen).toBe(report.sections.outcomes.planned);
    // Each was written, and none waited for those before it, which take 500 ms: connections are opened as they are needed.
    expect(report.sections.health.connectionWait?.p50Ms).toBeLessThan(100);
    expect(report.sections.health.connectionWait?.p99Ms).toBeLessThan(500);
    expect(report.sections.timeline.seconds.reduce((sum, { sent }) => sum + sent, 0)).toBe(
      report.sections.outcomes.planned,
    );
  });
  it('hangs: above --max-in-flight requests are shed', async () => {
    const { failures } = await run(await serve(() => undefined), '--max-in-flight', '10', '--timeout', '1500ms');
    expect(failures.timeout).toBe(10);
    expect(failures.shed).toBeGreaterThan(50);
  });
  it('answers garbage', async () => {
    const { failures, report } = await run(await serve((socket) => socket.end('\u0000\u0001 what?\r\n\r\n')));
    expect(failures['bad-answer']).toBe(report.sections.outcomes.planned);
  });
  it('closes in the middle of an answer', async () => {
    const { failures, report } = await run(
      await serve((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}')),
    );
    expect(failures.cut).toBe(report.sections.outcomes.planned);
  });
  it('is not there', async () => {
    const url = await serve(() => undefined);
    server?.close();
    const { failures, report, code } = await run(url);
    expect(failures.unreachable).toBe(report.sections.outcomes.planned);
    expect(code === 0 || code === 96).toBe(true);
  });
  it('dies half-way', async () => {
    let answered = 0;
    const { report } = await run(
      await serve((socket) => {
        if (++answered > 40) {
          server?.close();
          for (const one of sockets) one.destroy();
        } else socket.write(OK);
      }),
    );
    expect(report.sections.outcomes.ok).toBeGreaterThan(20);
    expect(report.sections.outcomes.ok).toBeLessThan(report.sections.outcomes.planned);
  });
});

it('a worker that dies costs its own requests and the verdict', async () => {
  const plugin = join(mkdtempSync(join(tmpdir(), 'replay-plugin-')), 'dying.js');
  writeFileSync(
    plugin,
    `export default { name: 'dying', summary: '', waits: 'on-the-world', knowsSent: true, publicOptions: [], parseOptions: () => null,
      create: (_, { worker }) => ({ invoke: async (call) => { if (worker === 1 && call.seq > 100) process.exit(3); return { ok: true }; } }) };`,
  );
  const out = freshFolder();
  const { code } = await runCli([
    '--rate',
    '200/s',
    '--duration',
    '2s',
    '--backend',
    plugin,
    '--workers',
    '2',
    '--pacing',
    'economic',
    '--quiet',
    '--out',
    out,
  ]);
  const report = readReport(out);
  expectConserved(report);
  expect(code).toBe(96);
  expect(report.sections.outcomes.failures.crashed).toBeGreaterThan(50);
  expect(report.sections.outcomes.ok).toBeGreaterThan(report.sections.outcomes.planned / 2 - 20);
  const again = await runCli(['report', out, '--json']);
  expect(JSON.parse(again.stdout)).toEqual(report);
});

/** Once a second it says how far it is: after 2 s of the run, however long the start took. */
function killAfter2s(signal: NodeJS.Signals): (child: ChildProcess) => void {
  return (child) => {
    const listen = (text: Buffer): void => {
      if (!/^2s of /m.test(text.toString())) return;
      child.stderr?.off('data', listen);
      child.kill(signal);
    };
    child.stderr?.on('data', listen);
  };
}

it('the first Ctrl-C stops sending and reports', async () => {
  const url = await serve(() => undefined);
  const out = freshFolder();
  const { code } = await spawnCli(
    ['--rate', '100/s', '--duration', '20s', '--backend', 'http', '--url', url, '--out', out],
    killAfter2s('SIGINT'),
  );
  const report = readReport(out);
  expectConserved(report);
  expect(code).toBe(130);
  expect(report.sections.outcomes.failures.aborted).toBeGreaterThan(10);
  expect(report.sections.outcomes.unsent).toBeGreaterThan(1000);
  expect(report.sections.outcomes.examples.aborted?.[0]?.detail).toMatch(/open for [\d.]+ ms/);
});

it('after kill -9 the report is made from what was written', async () => {
  const out = freshFolder();
  await spawnCli(
    ['--rate', '200/s', '--duration', '20s', '--backend', 'simulated', '--out', out],
    killAfter2s('SIGKILL'),
  );
  const rows = rowsOfArrow(join(out, 'samples.arrows'));
  const { code, stdout } = await runCli(['report', out, '--json']);
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as ReturnType<typeof readReport>;
  expectConserved(report);
  expect(report.verdict.valid).toBe(false);
  expect(report.sections.outcomes.ok).toBeGreaterThan(100);
  expect(report.sections.outcomes.failures.unknown).toBeGreaterThan(1000);
  // Arrow's own reader finds the very rows that ours does.
  expect(rows).toBe(report.sections.outcomes.planned - (report.sections.outcomes.failures.unknown ?? 0));
});

/** Batch by batch, up to where the writer was killed. */
function rowsOfArrow(path: string): number {
  let rows = 0;
  const seen = new Set<number>();
  const reader = RecordBatchReader.from(readFileSync(path));
  try {
    for (const batch of reader as Iterable<RecordBatch>) {
      rows += batch.numRows;
      for (const seq of batch.getChild('seq') as Iterable<number>) seen.add(seq);
    }
  } catch {
    // The last piece was cut.
  }
  expect(seen.size).toBe(rows);
  return rows;
}
