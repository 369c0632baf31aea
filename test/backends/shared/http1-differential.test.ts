import { Pool } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWire, type Wire } from '#src/backends/shared/http1-wire';
import { createDraw, damage, makeAnswer } from '../../support/http-messages.js';
import { serve, type LoopbackServer } from './loopback-server.js';
import { realClock } from './real-clock.js';

/**
 * undici's parser (llhttp) as the second opinion: a server sends the same bytes to both and closes. Both must read the
 * same status and body, or both fail.
 */
const CASES = 400;

/** Where the two differ on purpose. `ours` is what the lean wire makes of it, `theirs` what undici does. */
interface Difference {
  readonly why: string;
  readonly text: string;
  readonly ours: RegExp;
  readonly theirs: RegExp;
}

const KNOWN: readonly Difference[] = [
  {
    why: 'undici refuses a 100 nobody asked for; RFC 9110 15.2 has a client read on',
    text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    ours: /^/,
    theirs: /bad response/,
  },
  {
    why: 'llhttp reads an unknown coding as it stands, until the close; what is encoded is no answer to us',
    text: 'HTTP/1.1 200 OK\r\ntransfer-encoding: zipped\r\n\r\nok',
    ours: /Transfer-Encoding other than chunked/,
    theirs: /^\d/,
  },
  {
    why: 'llhttp takes any three digits for a status',
    text: 'HTTP/1.1 999 X\r\ncontent-length: 2\r\n\r\nok',
    ours: /outside 100 to 599/,
    theirs: /^\d/,
  },
  {
    why: 'llhttp skips empty lines before the status line; only servers are asked to (RFC 9112 2.2)',
    text: '\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    ours: /no HTTP\/1 status line/,
    theirs: /^\d/,
  },
  {
    why: 'llhttp lets control characters stand in the reason, which ends up in reports',
    text: 'HTTP/1.1 200 O\0K\r\ncontent-length: 2\r\n\r\nok',
    ours: /control character/,
    theirs: /^\d/,
  },
  {
    why: 'llhttp takes chunk extensions apart; we only bound them, since nobody uses what they say',
    text: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;a,b\r\nok\r\n0\r\n\r\n',
    ours: /^\d/,
    theirs: /chunk extensions/,
  },
  {
    why: 'a 304 may name the length the body would have (RFC 9110 8.6); undici waits for that body',
    text: 'HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n',
    ours: /^304 $/,
    theirs: /ContentLengthMismatch/,
  },
];

let server: LoopbackServer;
let wire: Wire;
let pool: Pool;
let bytes: Uint8Array = new Uint8Array();

beforeAll(async () => {
  server = await serve((socket) => socket.end(bytes));
  wire = createWire({ url: server.url, connections: { initial: 0, max: null }, clock: realClock() });
  pool = new Pool(server.url.origin, { connections: 1, pipelining: 1 });
});

afterAll(async () => {
  wire.close();
  await pool.destroy();
  await server.close();
});

it(`the lean wire and undici read ${String(CASES)} answers alike`, async () => {
  const draw = createDraw(21);
  let [read, failed] = [0, 0];
  const differ: string[] = [];
  for (let i = 0; i < CASES; i++) {
    const made = makeAnswer(draw).bytes;
    bytes = i % 2 === 0 ? made : damage(made, draw);
    const text = Buffer.from(bytes).toString('latin1');
    const [ours, theirs] = [await readByWire(), await readByUndici()];
    if (ours.startsWith('failed')) failed++;
    else read++;
    const isKnown = KNOWN.some((known) => known.ours.test(ours) && known.theirs.test(theirs));
    if (verdict(ours) !== verdict(theirs) && !isKnown)
      differ.push(`${JSON.stringify(text)}\n   ours: ${ours}\n theirs: ${theirs}`);
  }
  expect(differ.join('\n')).toBe('');
  expect(Math.min(read, failed)).toBeGreaterThan(CASES / 10);
});

for (const { why, text, ours, theirs } of KNOWN) {
  it(`known difference: ${why}`, async () => {
    bytes = Buffer.from(text, 'latin1');
    expect(await readByWire()).toMatch(ours);
    expect(await readByUndici()).toMatch(theirs);
  });
}

/** Why it failed is each reader's own. */
function verdict(result: string): string {
  return result.startsWith('failed') ? 'failed' : result;
}

async function readByWire(): Promise<string> {
  const request = Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  const result = await wire.send(request, { method: 'GET', collectBody: true }, { onAbort: () => undefined });
  if (result.kind === 'failure') return `failed: ${result.failure}, ${result.detail}`;
  return `${String(result.status)} ${Buffer.from(result.body).toString('latin1')}`;
}

async function readByUndici(): Promise<string> {
  try {
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/' });
    return `${String(statusCode)} ${Buffer.from(await body.arrayBuffer()).toString('latin1')}`;
  } catch (thrown) {
    return `failed: ${String(thrown)}`;
  }
}
