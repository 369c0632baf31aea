import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect } from 'vitest';
import { makeCertificate } from '../backends/wire/certificate.js';
import { awsVariables } from '../support/fake-aws.js';
import { expectReported, faultCases, type FaultCase } from './fault-case.js';

/** `tls`: it completes the handshake of TLS, offers HTTP/2, and says nothing after that. */
type Depth = 'tcp' | 'tls';

/**
 * From the first connection to the end of the process: what waits for the service before the run, the run itself (0.2 s), its
 * last call, and what waits afterwards; each of them for 1 to 3 s, the rest is for a busy machine. Without the timeout these
 * waits took 20 s, and the question for the model 10 s.
 */
const MOST_MS = { run: 12_000, question: 8000 };

interface Silent {
  readonly name: string;
  readonly depth?: Depth;
  readonly command: (address: string) => readonly string[];
  /** The run cannot start without an answer. */
  readonly refused?: true;
}

const SERVICES: readonly Silent[] = [
  { name: 'http', command: (at) => ['--url', `http://${at}/`] },
  { name: 'http, client=undici', command: (at) => ['--url', `http://${at}/`, '--set', 'client=undici'] },
  { name: 'https, before TLS', command: (at) => ['--url', `https://${at}/`, '--insecure'] },
  { name: 'https, after TLS', depth: 'tls', command: (at) => ['--url', `https://${at}/`, '--insecure'] },
  { name: 'HTTP/2, before TLS', command: (at) => ['--url', `https://${at}/`, '--insecure', '--http2'] },
  { name: 'HTTP/2, no SETTINGS', depth: 'tls', command: (at) => ['--url', `https://${at}/`, '--insecure', '--http2'] },
  { name: 'h2c', command: (at) => ['--url', `http://${at}/`, '--set', 'http2=prior-knowledge'] },
  {
    name: 'tf-serving, asked what the model takes',
    command: (at) => ['--backend', 'tf-serving', '--set', 'model=m', '--set', `url=http://${at}`],
    refused: true,
  },
  {
    name: 'tf-serving over gRPC, asked what the model takes',
    command: (at) => [
      ...['--backend', 'tf-serving', '--set', 'model=m', '--set', 'transport=grpc'],
      ...['--set', `address=${at}`],
    ],
    refused: true,
  },
  {
    name: 'tf-serving over gRPC',
    command: (at) => [
      ...['--backend', 'tf-serving', '--set', 'model=m', '--set', 'transport=grpc', '--set', 'input=x'],
      ...['--set', `address=${at}`, '--body', '{"instances":[[1.5]]}'],
    ],
  },
  {
    name: 'lambda, which asks for the configuration first',
    command: (at) => ['--backend', 'lambda', '--set', 'function=f', '--set', `endpointUrl=http://${at}`],
  },
  {
    name: 'sagemaker, which asks for the instances meanwhile',
    command: (at) => ['--backend', 'sagemaker', '--set', 'endpoint=e', '--set', `endpointUrl=http://${at}`],
  },
  {
    name: 'cloud-functions',
    command: (at) => ['--backend', 'cloud-functions', '--set', 'auth=none', '--url', `http://${at}/`],
  },
];

const certificate = makeCertificate();

function silent({ name, depth = 'tcp', command, refused }: Silent): FaultCase {
  let server: Server;
  let firstMs = NaN;
  return {
    name,
    needs: depth === 'tcp' || certificate !== undefined,
    async prepare() {
      server =
        depth === 'tcp' ? createServer() : createTlsServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] });
      server.on('connection', (socket) => {
        if (Number.isNaN(firstMs)) firstMs = performance.now();
        socket.on('error', () => undefined);
      });
      server.on('secureConnection', (socket: NodeJS.EventEmitter) => {
        socket.on('error', () => undefined);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return () => {
        server.close();
      };
    },
    env: () => ({ ...awsVariables(), no_proxy: '*' }),
    command: ({ out }) => [
      ...[
        'run',
        '--rate',
        '20/s',
        '--requests',
        '4',
        '--process',
        'constant',
        '--pacing',
        'economic',
        '--workers',
        '1',
      ],
      ...['--timeout', '1s', '--no-html', '-q', '-o', out],
      ...command(`127.0.0.1:${String((server.address() as AddressInfo).port)}`),
    ],
    holds({ code, stderr }, place) {
      expect(performance.now() - firstMs).toBeLessThan(refused ? MOST_MS.question : MOST_MS.run);
      if (refused) {
        expect(stderr).toMatch(/does not report what the model takes/);
        expect(code).toBe(2);
      } else expect(expectReported(place).sections.outcomes.failures).toEqual({ timeout: 4 });
    },
  };
}

faultCases('a service that accepts and never speaks costs no more than the timeout', SERVICES.map(silent));
