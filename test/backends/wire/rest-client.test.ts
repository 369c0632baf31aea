import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Call } from '#src/backends/backend';
import { createHttpClient } from '#src/backends/http/http-client';
import { requestOf } from '#src/backends/http/request-of';
import { answerJudge } from '#src/backends/wire/answer-judge';
import { parseHttpOptions } from '#src/backends/wire/http-options';
import { restBackend, type RestService } from '#src/backends/wire/rest-client';
import { invoked } from '#src/backends/invoked';
import type { Outcome } from '#src/sample';

const CLIENTS = [
  ['the lean client', 'http', {}],
  ['HTTP/2', 'http2', { http2: 'prior-knowledge' }],
  ['undici', 'http', { client: 'undici' }],
] as const;

const PARTS = ['data: one\n\n', 'data: two\n\n', 'data: three\n\n'];
const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe.each(CLIENTS)('an answer that comes in pieces, over %s', (_name, protocol, settings) => {
  it('is observed piece by piece, each with the time of its read', async () => {
    const writtenMs: number[] = [];
    const pieceSeen = new EventEmitter();
    const url = await serve(protocol, async (write) => {
      for (const [i, part] of PARTS.entries()) {
        const seen = once(pieceSeen, String(i + 1));
        writtenMs.push(performance.now());
        write(part);
        await seen;
      }
    });
    const { pieces, outcome } = await observed(url, settings, 'body~three', (count) => {
      pieceSeen.emit(String(count));
    });
    expect(outcome).toMatchObject({ ok: true });
    expect(pieces.map(({ text }) => text)).toEqual(PARTS);
    pieces.forEach(({ atMs }, i) => {
      // Later than it was written, and before the next one was.
      expect(atMs).toBeGreaterThanOrEqual(writtenMs[i] as number);
      expect(atMs).toBeLessThan(writtenMs[i + 1] ?? Infinity);
    });
    expect(outcome.doneMs).toBeGreaterThanOrEqual(pieces.at(-1)?.atMs ?? NaN);
  });

  it('is judged as without an observer', async () => {
    const url = await serve(protocol, (write) => {
      write(PARTS.join(''));
      return Promise.resolve();
    });
    const { outcome } = await observed(url, settings, 'body~four');
    expect(outcome).toMatchObject({ ok: false, failure: 'bad-answer' });
  });
});

type Write = (text: string) => void;

async function serve(protocol: 'http' | 'http2', answer: (write: Write) => Promise<void>): Promise<string> {
  const server =
    protocol === 'http'
      ? createServer((request, response) => {
          request.resume();
          void answer((text) => response.write(text)).then(() => response.end());
        })
      : createHttp2Server((request, response) => {
          request.resume();
          void answer((text) => response.write(text)).then(() => response.end());
        });
  servers.push(server);
  await new Promise<void>((resolve) => (server as Server).listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

async function observed(
  url: string,
  settings: Readonly<Record<string, string>>,
  rule: string,
  seen: (count: number) => void = () => undefined,
) {
  const options = parseHttpOptions({ url, ...settings, expect: rule });
  const pieces: { text: string; atMs: number }[] = [];
  const service: RestService = {
    url: new URL(url),
    connections: null,
    method: 'GET',
    expect: options.expect,
    outcomeOf: answerJudge(options.expect),
    piece(_call, bytes, atMs) {
      pieces.push({ text: Buffer.from(bytes).toString(), atMs });
      seen(pieces.length);
    },
    connect: (connecting) =>
      createHttpClient(options, connecting, {
        table: [requestOf(options, null)],
        values: { runId: 'run', uuidKey: options.uuidKey },
      }),
    rehearsed: () => service,
  };
  const clock = { now: () => performance.now(), until: () => Promise.resolve(), at: () => undefined };
  const only = { worker: 0, workers: 1, runId: 'run', seed: 1, virtual: false, payloads: [] };
  const backend = await restBackend(service, { clock, ...only });
  await backend.prepare(new AbortController().signal);
  const signal = new AbortController().signal;
  const call = { seq: 0, dueMs: 0, handedMs: 0, payload: 0, signal, onAbort: () => undefined };
  const outcome = await invoked<Call, Outcome>(
    (one) => backend.invoke(one),
    (settle) => ({ ...call, settle }),
  );
  await backend.close();
  return { pieces, outcome };
}
