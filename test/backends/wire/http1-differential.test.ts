import { Pool } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWire, type Wire } from '#src/backends/wire/http1-wire';
import { oneAnswer } from '#src/backends/wire/one-answer';
import { createDraw, damage, makeAnswer } from '../../support/http-messages.js';
import { serve, type LoopbackServer } from './loopback-server.js';
import { realClock } from './real-clock.js';

/**
 * undici's parser (llhttp) as the second opinion: a server sends the same bytes to both and closes. Both must read the
 * same status and body, or both fail.
 */
const SEEDS = [21, 22, 23, 24, 25, 26, 27, 28];
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

/** A server of its own, which sends what is set, and both readers of it. */
interface Lane {
  readonly server: LoopbackServer;
  readonly wire: Wire;
  readonly pool: Pool;
  bytes: Uint8Array;
}

const lanes: Lane[] = [];
const first = (): Lane => lanes[0] as Lane;

beforeAll(async () => {
  for (let i = 0; i < SEEDS.length; i++) {
    const server = await serve((socket) => socket.end(lane.bytes));
    const lane: Lane = {
      server,
      wire: createWire({ url: server.url, connections: { initial: 0, max: null }, clock: realClock() }),
      pool: new Pool(server.url.origin, { connections: 1, pipelining: 1 }),
      bytes: new Uint8Array(),
    };
    lanes.push(lane);
  }
});

afterAll(async () => {
  for (const { wire, pool, server } of lanes) {
    wire.close();
    await pool.destroy();
    await server.close();
  }
});

it(`the lean wire and undici read ${String(CASES * SEEDS.length)} answers alike`, async () => {
  const seen = { read: 0, failed: 0, interim: 0 };
  const differ = await Promise.all(SEEDS.map((seed, i) => differences(seed, lanes[i] as Lane, seen)));
  expect(differ.flat().join('\n')).toBe('');
  expect(Math.min(seen.read, seen.failed)).toBeGreaterThan((CASES * SEEDS.length) / 10);
  expect(seen.interim).toBeGreaterThan(CASES / 10);
});

async function differences(
  seed: number,
  lane: Lane,
  seen: { read: number; failed: number; interim: number },
): Promise<string[]> {
  const draw = createDraw(seed);
  const differ: string[] = [];
  for (let i = 0; i < CASES; i++) {
    const made = makeAnswer(draw).bytes;
    const bytes = i % 2 === 0 ? made : damage(made, draw);
    const [ours, theirs] = await readByBoth(lane, bytes);
    if (ours.startsWith('failed')) seen.failed++;
    else seen.read++;
    if (INTERIM_HEADS.test(textOf(bytes))) seen.interim++;
    const isKnown = KNOWN.some((known) => known.ours.test(ours) && known.theirs.test(theirs));
    if (verdict(ours) !== verdict(theirs) && !isKnown)
      differ.push(`${JSON.stringify(textOf(bytes))}\n   ours: ${ours}\n theirs: ${theirs}`);
  }
  return differ;
}

/**
 * undici refuses a 100 that was not asked for; RFC 9110 15.2 has a client read on. So it is shown what follows, which has to
 * mean to it what the whole means to us.
 */
async function readByBoth(lane: Lane, bytes: Uint8Array): Promise<[string, string]> {
  lane.bytes = bytes;
  const [ours, theirs] = await Promise.all([readByWire(lane), readByUndici(lane)]);
  const rest = textOf(bytes).replace(INTERIM_HEADS, '');
  if (!theirs.includes(UNASKED) || rest.length === bytes.length) return [ours, theirs];
  lane.bytes = Buffer.from(rest, 'latin1');
  return [ours, await readByUndici(lane)];
}

const UNASKED = 'bad response';
const INTERIM_HEADS = /^(HTTP\/1\.1 1\d\d[^\r\n]*\r\n([^\r\n]+\r\n)*\r\n)+/;

it('an interim answer that was not asked for is read over', async () => {
  const text = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
  first().bytes = Buffer.from(text);
  expect([await readByWire(first()), await readByUndici(first())]).toEqual([
    '200 ok',
    expect.stringContaining(UNASKED) as string,
  ]);
});

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

for (const { why, text, ours, theirs } of KNOWN) {
  it(`known difference: ${why}`, async () => {
    first().bytes = Buffer.from(text, 'latin1');
    expect(await readByWire(first())).toMatch(ours);
    expect(await readByUndici(first())).toMatch(theirs);
  });
}

/** Why it failed is each reader's own. */
function verdict(result: string): string {
  return result.startsWith('failed') ? 'failed' : result;
}

/** The server closes after each answer, which may be heard of only when the next request is on its way. */
async function readByWire(lane: Lane): Promise<string> {
  const { wire } = lane;
  const request = Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  const result = await oneAnswer(wire, request, { method: 'GET', collectBody: true }, { onAbort: () => undefined });
  if (result.kind === 'failure' && result.failure === 'stale-connection') return readByWire(lane);
  if (result.kind === 'failure') return `failed: ${result.failure}, ${result.detail}`;
  return `${String(result.status)} ${Buffer.from(result.body).toString('latin1')}`;
}

async function readByUndici({ pool }: Lane): Promise<string> {
  try {
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/' });
    return `${String(statusCode)} ${Buffer.from(await body.arrayBuffer()).toString('latin1')}`;
  } catch (thrown) {
    return `failed: ${String(thrown)}`;
  }
}
