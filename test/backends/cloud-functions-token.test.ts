import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { googleTokens } from '#src/backends/google/google-credentials';
import { openTokenSource, type Token, type TokenTimers, withoutToken } from '#src/backends/google/google-token';
import { requestBytes } from '#src/backends/wire/request-bytes';
import { createTokenRequests } from '#src/backends/google/token-requests';
import { UserError } from '#src/errors';
import { type MetadataServer, restoreEnvironment, serveMetadata } from '../support/fake-google.js';

const open: { close(): void | Promise<void> }[] = [];
const environment = { ...process.env };

afterEach(async () => {
  restoreEnvironment(environment);
  for (const one of open.splice(0).reverse()) await one.close();
});

describe('a token source', () => {
  it('has a valid token at every moment, whatever the lives of the tokens and however long it takes to get one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 2000, max: 7_200_000 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 500 }),
        async (livesMs, delayMs) => {
          const timers = fakeTimers();
          let nth = 0;
          const fetch = async (): Promise<Token> => {
            const lifeMs = livesMs[nth % livesMs.length] ?? NaN;
            const token = { text: `t${String(nth++)}`, expiresMs: timers.now() + lifeMs };
            if (nth > 1) await timers.pause(delayMs);
            expiry.set(token.text, token.expiresMs);
            return token;
          };
          const expiry = new Map<string, number>();
          const source = await openTokenSource(fetch, timers);
          for (let i = 0; i < 60; i++) {
            await timers.pass((livesMs[0] ?? NaN) / 7);
            expect(expiry.get(source.current())).toBeGreaterThan(timers.now());
          }
          source.close();
          // One that is just being fetched comes, and is the last.
          await timers.pass(delayMs);
          expect(timers.pending()).toBe(0);
        },
      ),
      { numRuns: 60, examples: [[[2000], 245]] },
    );
  });

  it('asks an hour of tokens about once, not all the time', async () => {
    const timers = fakeTimers();
    let fetched = 0;
    const fetch = (): Promise<Token> =>
      Promise.resolve({ text: `t${String(fetched++)}`, expiresMs: timers.now() + 3_600_000 });
    const source = await openTokenSource(fetch, timers);
    await timers.pass(3_300_000);
    expect([fetched, source.facts()]).toEqual([1, { tokenRefreshes: 0, tokenRefreshesFailed: 0 }]);
    await timers.pass(100_000);
    expect([fetched, source.current()]).toEqual([2, 't1']);
    source.close();
  });

  it('keeps the old one while refreshing fails, asks again ever more slowly, and recovers', async () => {
    const timers = fakeTimers();
    let down = false;
    let asked = 0;
    const fetch = (): Promise<Token> => {
      asked++;
      if (down) return asked % 2 === 0 ? Promise.reject(new Error('down')) : new Promise<Token>(() => undefined);
      return Promise.resolve({ text: `t${String(asked)}`, expiresMs: timers.now() + 60_000 });
    };
    const source = await openTokenSource(fetch, timers);
    down = true;
    await timers.pass(600_000);
    expect(source.current()).toBe('t1');
    expect(asked).toBeGreaterThan(8);
    expect(asked).toBeLessThan(40);
    down = false;
    await timers.pass(70_000);
    expect(source.current()).not.toBe('t1');
    expect(source.facts().tokenRefreshesFailed).toBeGreaterThan(5);
    source.close();
  });

  it('does not run after one that came expired', async () => {
    const timers = fakeTimers();
    let asked = 0;
    const source = await openTokenSource(
      () => Promise.resolve({ text: `t${String(asked++)}`, expiresMs: timers.now() - 5 }),
      timers,
    );
    await timers.pass(60_000);
    expect(asked).toBeLessThanOrEqual(3);
    source.close();
  });

  it('knows at once that a computer slept', async () => {
    const timers = fakeTimers();
    let asked = 0;
    const fetch = (): Promise<Token> =>
      Promise.resolve({ text: `t${String(asked++)}`, expiresMs: timers.now() + 3_600_000 });
    const source = await openTokenSource(fetch, timers);
    timers.jump(4_000_000);
    await timers.pass(60_000);
    expect(source.current()).toBe('t1');
    source.close();
  });

  it.each(['', 'a b', 'a\r\nx: y', 'ä', 'x'.repeat(20_000)])('refuses a malformed token (%#)', async (text) => {
    const fetch = (): Promise<Token> => Promise.resolve({ text, expiresMs: Date.now() + 1000 });
    await expect(openTokenSource(fetch)).rejects.toThrow(/^the Google credentials gave a malformed token/);
  });
});

describe('requests with a token', () => {
  it('are made once per token and payload, when they are used', () => {
    let token = 'first';
    const made: [number, string][] = [];
    const requests = createTokenRequests({ current: () => token }, 3, (payload, [field]) => {
      made.push([payload, field?.[1] ?? '']);
      return requestBytes({ method: 'POST', path: '/', headers: field === undefined ? [] : [field], body: null });
    });
    const bytes = requests.of(0)(1);
    for (let seq = 0; seq < 50; seq++) expect(requests.of(0)(seq)).toBe(bytes);
    token = 'second';
    for (let seq = 0; seq < 50; seq++) requests.of(seq % 2)(seq);
    expect(made).toEqual(
      [0, 1, 2]
        .map((i) => [i, 'Bearer first'])
        .concat([
          [0, 'Bearer second'],
          [1, 'Bearer second'],
        ]),
    );
    expect(Buffer.from(bytes).toString()).toContain('authorization: Bearer first\r\n');
    expect(() => requests.of(3)(0)).toThrow(/payload 3/);
  });

  it('have no field without a source', () => {
    const requests = createTokenRequests(null, 1, (_payload, fields) => {
      expect(fields).toEqual([]);
      return () => Buffer.from('x');
    });
    expect(requests.of(0)(0)).toEqual(Buffer.from('x'));
  });
});

describe('a text without its token', () => {
  it('holds no piece of it longer than its beginning, wherever the text was cut', () => {
    const token = `ya29.${'secret'.repeat(30)}`;
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(token.length), (before, after, cut) => {
        const clean = withoutToken(`${before}Bearer ${token} and ${token.slice(0, cut)}`, token) + after;
        expect(clean).not.toContain('secretsecret');
        expect(clean.startsWith(before.split('ya29.')[0] ?? '')).toBe(true);
      }),
    );
    expect(withoutToken('nothing here', token)).toBe('nothing here');
    expect(withoutToken('nothing here', '')).toBe('nothing here');
  });
});

describe('credentials of this machine', () => {
  it('access tokens come from the metadata server, each a new one', async () => {
    const metadata = await useMetadata(100);
    const fetch = await googleTokens({ kind: 'access' }, process.env);
    const [first, second] = [await fetch(), await fetch()];
    expect([first.text, second.text]).toEqual(metadata.issued.map(({ text }) => text));
    expect(Math.abs(second.expiresMs - Date.now() - 100_000)).toBeLessThan(5000);
  });

  it('ID tokens bear the audience and say when they end', async () => {
    const metadata = await useMetadata(100);
    const audience = 'https://us-central1-p.cloudfunctions.net/f';
    const { text, expiresMs } = await (await googleTokens({ kind: 'id', audience }, process.env))();
    expect(metadata.accepts(`Bearer ${text}`, audience)).toBe(true);
    expect(expiresMs).toBe(metadata.issued[0]?.expiresMs);
  });

  it('says what the server answered, and no more', async () => {
    const metadata = await useMetadata(100);
    metadata.refuseWith = 403;
    const fetch = await googleTokens({ kind: 'access' }, process.env);
    await expect(fetch()).rejects.toThrow(/^cannot get a Google token: its server answered 403/);
    await expect(fetch()).rejects.toThrow(UserError);
  });

  it.each([
    ['missing', undefined, /GOOGLE_APPLICATION_CREDENTIALS \(.*\) cannot be read: ENOENT/],
    ['no JSON', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', /is no key file/],
    ['no key', '{"private_key": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"}', /is no key file/],
    [
      'half a key',
      '{"type":"service_account","private_key":"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"}',
      /has no client_email/,
    ],
    [
      'a broken key',
      '{"type":"service_account","client_email":"a@b","private_key":"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"}',
      /^cannot get a Google token: .*check the credentials/,
    ],
  ])('a key file that is %s is told without quoting it', async (_name, text, message) => {
    const { mkdtempSync, writeFileSync } = await import('node:fs');
    const path = `${mkdtempSync('/tmp/replay-key-')}/key.json`;
    if (text !== undefined) writeFileSync(path, text);
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = path;
    const attempt = async (): Promise<Token> => (await googleTokens({ kind: 'access' }, process.env))();
    await expect(attempt()).rejects.toThrow(message);
    await expect(attempt()).rejects.toThrow(/^(?!.*MIIE).*$/s);
    await expect(attempt()).rejects.toThrow(UserError);
  });
});

async function useMetadata(lifeSeconds: number): Promise<MetadataServer> {
  const metadata = await serveMetadata(lifeSeconds);
  open.push(metadata);
  Object.assign(process.env, metadata.env);
  return metadata;
}

interface FakeTimers extends TokenTimers {
  /** Lets so much time pass, and everything happen that is due meanwhile. */
  pass(ms: number): Promise<void>;
  pause(ms: number): Promise<void>;
  /** The clock moves, timers do not: what a computer that slept sees. */
  jump(ms: number): void;
  pending(): number;
}

function fakeTimers(): FakeTimers {
  let [now, offset] = [1e12, 0];
  let waiting: { readonly atMs: number; readonly callback: () => void }[] = [];
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const after = (ms: number, callback: () => void): (() => void) => {
    const entry = { atMs: now + ms, callback };
    waiting.push(entry);
    return () => (waiting = waiting.filter((other) => other !== entry));
  };
  return {
    now: () => now + offset,
    after,
    pause: (ms) => new Promise((resolve) => after(ms, resolve)),
    jump: (ms) => (offset += ms),
    pending: () => waiting.length,
    async pass(ms) {
      const endMs = now + ms;
      await settle();
      for (;;) {
        const next = waiting.toSorted((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined || next.atMs > endMs) break;
        now = Math.max(now, next.atMs);
        waiting = waiting.filter((other) => other !== next);
        next.callback();
        await settle();
      }
      now = endMs;
    },
  };
}
