import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freshFolder, readReport, runCli } from '../support/run-cli.js';

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Answers each request once, but the `surplusAt`th of a connection twice. */
async function service(surplusAt: number): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let requests = 0;
    sockets.add(socket.on('error', () => undefined));
    socket.on('data', () => socket.write(++requests === surplusAt ? ANSWER + ANSWER : ANSWER));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

it.each([
  [4, /^\d+ answers? (was|were) counted on arrival.*latency is in doubt\.$/],
  [Infinity, undefined],
])('where the answer %s of a connection comes twice, a note says how many before it are in doubt', async (at, text) => {
  const out = freshFolder();
  const load = [
    '--rate',
    '100/s',
    '--process',
    'constant',
    '-n',
    '20',
    '--backend',
    'http',
    '--url',
    await service(at),
  ];
  const { stdout } = await runCli([...load, '--connections', '1', '--pacing', 'economic', '--no-html', '-o', out]);
  const { notes, backendFacts } = readReport(out).run;
  const found = notes.filter((note) => note.includes('in doubt'));
  const count = Number(backendFacts['answersInDoubt']);
  expect(count > 0).toBe(text !== undefined);
  expect(found).toEqual(text === undefined ? [] : [expect.stringMatching(text)]);
  if (text === undefined) return;
  expect(found[0]).toContain(`${String(count)} answers`);
  expect(stdout.replace(/\s+/g, ' ')).toContain(found[0]);
});
