import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'vitest';
import type { Failure } from '#src/sample';
import { rawHttp2, type RawPeer } from '../support/raw-http2.js';
import { expectReported, faultCases, type FaultCase } from './fault-case.js';

const REQUESTS = 20;

type Counts = Partial<Record<Failure | 'ok', number>>;
const all = (what: Failure | 'ok'): Counts => ({ [what]: REQUESTS });

interface Hostile {
  readonly name: string;
  /** Answers the head of a request; `nth` counts them from 1. */
  readonly answer: (socket: Socket, nth: number) => void;
  /** What has to be counted. */
  readonly counts: Counts;
  readonly timeout?: string;
}

const head = (...fields: readonly string[]): string => ['HTTP/1.1 200 OK', ...fields, '', ''].join('\r\n');

const SERVICES: readonly Hostile[] = [
  {
    name: 'a reset half-way through a body',
    answer(socket) {
      socket.write(`${head('Content-Length: 100')}half`, () => socket.resetAndDestroy());
    },
    counts: all('cut'),
  },
  {
    name: 'a body without a length that ends in a reset',
    answer(socket) {
      socket.write(`${head('Connection: close')}half`, () => socket.resetAndDestroy());
    },
    counts: all('cut'),
  },
  {
    name: 'a body without a length that ends with the connection',
    answer(socket) {
      socket.end(`${head('Connection: close')}whole`);
    },
    counts: all('ok'),
  },
  {
    name: 'a connection that ends before the length it promised',
    answer(socket) {
      socket.end(`${head('Content-Length: 100')}half`);
    },
    counts: all('cut'),
  },
  {
    name: 'chunks that are none',
    answer(socket) {
      socket.write(`${head('Transfer-Encoding: chunked')}xyz\r\nhello\r\n0\r\n\r\n`);
    },
    counts: all('bad-answer'),
  },
  {
    name: 'chunks that never end',
    answer(socket) {
      socket.write(`${head('Transfer-Encoding: chunked')}5\r\nhello\r\n`);
    },
    timeout: '300ms',
    counts: all('timeout'),
  },
  {
    name: 'what is no HTTP',
    answer(socket) {
      socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    },
    counts: all('bad-answer'),
  },
  {
    name: 'two lengths that differ',
    answer(socket) {
      socket.write(`${head('Content-Length: 5', 'Content-Length: 6')}hello!`);
    },
    counts: all('bad-answer'),
  },
  {
    name: 'a head of a megabyte',
    answer(socket) {
      socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(2 ** 20)}\r\nContent-Length: 0\r\n\r\n`);
    },
    counts: all('bad-answer'),
  },
  {
    name: 'an interim answer again and again',
    answer(socket) {
      const again = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 5);
      socket.on('close', () => {
        clearInterval(again);
      });
    },
    timeout: '300ms',
    counts: all('timeout'),
  },
  {
    name: 'silence',
    answer: () => undefined,
    timeout: '300ms',
    counts: all('timeout'),
  },
  {
    name: 'a body of one byte every 20 ms',
    answer(socket) {
      socket.write(head('Content-Length: 10000'));
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => {
        clearInterval(drip);
      });
    },
    timeout: '300ms',
    counts: all('timeout'),
  },
];

/** A run of 20 requests against a service that does this with each. */
function against(one: Hostile, client: 'lean' | 'undici'): FaultCase {
  let server: Server;
  let asked = 0;
  return {
    name: `${one.name} (${client})`,
    async prepare() {
      server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (bytes) => {
          if (bytes.includes('\r\n\r\n')) one.answer(socket, ++asked);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return () => {
        server.close();
      };
    },
    command: ({ out }) => [
      ...['run', '--rate', '100/s', '--requests', String(REQUESTS), '--process', 'constant', '--pacing', 'economic'],
      ...['--backend', 'http', '--url', `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`],
      ...['--set', `client=${client}`, '--timeout', one.timeout ?? '20s', '--no-html', '-q', '-o', out],
    ],
    holds(_end, place) {
      const { ok, failures } = expectReported(place).sections.outcomes;
      expect({ ...(ok > 0 && { ok }), ...failures }).toEqual(one.counts);
      // Each was sent once.
      expect(asked).toBe(REQUESTS);
    },
  };
}

interface HostileStream {
  readonly name: string;
  readonly answer: (peer: RawPeer, stream: number) => void;
  readonly counts: Counts;
}

const [NO_ERROR, INTERNAL_ERROR, CANCEL] = [0, 2, 8];

const STREAMS: readonly HostileStream[] = [
  ...[NO_ERROR, INTERNAL_ERROR, CANCEL].map((code): HostileStream => ({
    name: `an answer reset half-way with code ${String(code)}`,
    answer(peer, stream) {
      peer.headers(stream);
      peer.data(stream, 'half');
      peer.reset(stream, code);
    },
    counts: all('cut'),
  })),
  {
    name: 'a whole answer, and then a reset without an error',
    answer(peer, stream) {
      peer.headers(stream);
      peer.data(stream, 'whole', true);
      peer.reset(stream, NO_ERROR);
    },
    counts: all('ok'),
  },
  {
    name: 'a reset in place of an answer',
    answer(peer, stream) {
      peer.reset(stream, CANCEL);
    },
    counts: all('cut'),
  },
];

function againstStreams(one: HostileStream): FaultCase {
  let port = 0;
  let asked = 0;
  return {
    name: `HTTP/2: ${one.name}`,
    async prepare() {
      const server = await rawHttp2((peer, stream) => {
        asked++;
        one.answer(peer, stream);
      });
      port = Number(new URL(server.url).port);
      return () => server.close();
    },
    command: ({ out }) => [
      ...['run', '--rate', '100/s', '--requests', String(REQUESTS), '--process', 'constant', '--pacing', 'economic'],
      ...['--backend', 'http', '--url', `http://127.0.0.1:${String(port)}/`, '--set', 'http2=prior-knowledge'],
      ...['--timeout', '20s', '--no-html', '-q', '-o', out],
    ],
    holds(_end, place) {
      const { ok, failures } = expectReported(place).sections.outcomes;
      expect({ ...(ok > 0 && { ok }), ...failures }).toEqual(one.counts);
      expect(asked).toBe(REQUESTS);
    },
  };
}

faultCases('what a service may not do is counted as what it is', [
  ...SERVICES.map((one) => against(one, 'lean')),
  // Where an answer ends is what the two clients judge each by itself.
  ...SERVICES.filter(({ counts }) => counts.cut !== undefined || counts.ok !== undefined).map((one) =>
    against(one, 'undici'),
  ),
  ...STREAMS.map(againstStreams),
]);
