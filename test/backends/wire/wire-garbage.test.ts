import { execFile } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { answer } from './loopback-server.js';

/**
 * Bytes of garbage that a request leaves, of two clients in one process whose heap is so large that nothing is collected: the
 * wire, and a bare socket of Node's in a thread whose turns are stamped, which is what the wire is made of.
 */
const PROGRAM = `
  import { connect } from 'node:net';
  import { getHeapStatistics } from 'node:v8';
  import { createWire } from '#src/backends/wire/http1-wire';
  import { watchLoopTurns } from '#src/backends/wire/loop-turn';

  const port = Number(process.argv[1]);
  const GET = Buffer.from('GET / HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n');
  const now = () => performance.now();
  let answered = () => undefined;

  function bareSocket() {
    const turn = watchLoopTurns(now);
    const callback = () => (answered(), true);
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: Buffer.alloc(65536), callback } });
    return { ready: new Promise((resolve) => socket.once('connect', resolve)), send: () => socket.write(GET), close: () => (turn.stop(), socket.destroy()) };
  }

  function lean() {
    const wire = createWire({ url: new URL('http://127.0.0.1:' + port), connections: { initial: 1, max: 1 }, clock: { now } });
    const call = { onAbort: () => undefined };
    const told = (_call, { status }) => status === 200 && answered();
    const sending = { method: 'GET', collectBody: false, told };
    return { ready: wire.open(new AbortController().signal), send: () => wire.send(GET, sending, call), close: () => wire.close() };
  }

  async function garbage({ ready, send, close }) {
    await ready;
    const round = (requests) => new Promise((resolve) => {
      const before = getHeapStatistics().used_heap_size;
      answered = () => (--requests > 0 ? setImmediate(send) : resolve(getHeapStatistics().used_heap_size - before));
      send();
    });
    await round(20_000);
    const bytes = await round(5000);
    close();
    return bytes / 5000;
  }

  console.log(JSON.stringify({ bare: await garbage(bareSocket()), lean: await garbage(lean()) }));
  process.exit();
`;

/** Numbers that cross a call are objects of 16 bytes, as the compiler decides: -2 to 65 bytes were seen. It was 1 kB with an exchange, an answer and a promise for each request. */
const SOME_NUMBERS = 100;

test('the wire leaves nothing of a request but what a bare socket leaves, and some numbers', async () => {
  const server = createServer({ noDelay: true }, (socket) => socket.on('data', () => socket.write(answer('a'))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const heap = ['--min-semi-space-size=64', '--max-semi-space-size=64'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...heap, '--input-type=module', '-e', PROGRAM, String(port)],
    { cwd: new URL('../../..', import.meta.url) },
  );
  server.close();
  const { bare, lean } = JSON.parse(stdout) as { bare: number; lean: number };
  expect(bare).toBeGreaterThan(0);
  expect(lean).toBeGreaterThan(0);
  expect(lean - bare).toBeLessThan(SOME_NUMBERS);
});
