import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable } from '#src/errors';
import { hideSecrets } from '#src/secrets/hide-secrets';
import { secretsOfEnvironment } from '#src/secrets/secrets-of-environment';
import { secretsOfOptions } from '#src/secrets/secrets-of-options';
import { ECHO_FORMS, ESCAPES, tells } from '../support/echo-forms.js';

const UNITS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', ...'+/=&<>"\'%._~:;,!$ é€'];
const secret = fc
  .array(fc.constantFrom(...UNITS), { minLength: 8, maxLength: 40 })
  .map((units) => units.join('').trim())
  .filter((text) => text.length >= 8);
const form = fc.constantFrom(...ECHO_FORMS);
const escape = fc.option(fc.constantFrom(...ESCAPES), { nil: { name: 'no more', write: (text: string) => text } });
const WORDS = ['status 500: ', '{"error":"', 'denied, token=', '<p>', 'q'];

describe('hideSecrets', () => {
  test('leaves none in any form, wherever it begins, and one more escape on top', () => {
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        form,
        escape,
        fc.constantFrom(...WORDS),
        (all, how, over, before) => {
          const hide = hideSecrets(all);
          for (const one of all) {
            const said = over.write(how.write(one));
            const hidden = hide(`${before}${said} |behind`);
            expect(tells(hidden, one), `${how.name}, ${over.name}: ${hidden}`).toBe(false);
            expect(hidden).toContain('(secret)');
            expect(hidden.endsWith('behind')).toBe(true);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('nor the beginning of one that the text was cut within, but for 3 characters', () => {
    fc.assert(
      fc.property(secret, form, fc.integer({ min: 20, max: 60 }), (one, { write }, limit) => {
        const text = printable(`status 500: ${write(one)}${'x'.repeat(300)}`, limit);
        const hidden = hideSecrets([one])(text);
        expect(tells(hidden, one.slice(0, 6)), hidden).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('changes no text without them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(hideSecrets(['planted-secret', 'another one'])(text)).toBe(text);
      }),
    );
  });

  test('what is shorter than 4 characters is no secret', () => {
    expect(hideSecrets(['a', '1', 'abc'])('a 1 abc')).toBe('a 1 abc');
  });
});

describe('what is secret', () => {
  const hidden = (raw: Record<string, string | string[]>, text: string): string =>
    hideSecrets(secretsOfOptions(raw, ['method']))(text);
  const basic = Buffer.from('planted-user:planted-word').toString('base64');

  test.each([
    [{ header: ['Cookie: theme=dark; session=planted-one; id="planted-two"'] }, 'planted-one'],
    [{ header: ['Cookie: theme=dark; session=planted-one; id="planted-two"'] }, 'planted-two'],
    [{ header: ['Cookie: session=planted%2Fone'] }, 'planted/one'],
    [{ header: [`Authorization: Basic ${basic}`] }, 'planted-user'],
    [{ header: [`Authorization: Basic ${basic}`] }, 'planted-word'],
    [{ header: ['Authorization: Bearer planted1.planted2.planted3'] }, 'planted2'],
    [{ header: ['Authorization: Digest username="planted-u", response="planted-r"'] }, 'planted-r'],
    [{ url: 'http://planted-user:planted%20word@host/?a=1&key=planted%2Bkey' }, 'planted word'],
    [{ url: 'http://planted-user:planted%20word@host/?a=1&key=planted%2Bkey' }, 'planted+key'],
    [{ proxy: 'http://planted-user:planted-word@host:1' }, 'planted-word'],
    [{ 'key-passphrase': 'planted-phrase' }, 'planted-phrase'],
  ])('of %j: %s', (raw, said) => {
    expect(hidden(raw, `status 500: it was ${said} .`)).toBe('status 500: it was (secret) .');
  });

  test('short words of a value stay', () => {
    expect(hidden({ header: ['Cookie: theme=dark; session=planted-one'] }, 'in the dark')).toBe('in the dark');
  });

  test('proxies of the environment, with and without a scheme, in both spellings, and credentials', () => {
    const env = {
      http_proxy: 'planted-a:planted-b@host:1',
      HTTPS_PROXY: 'http://planted-c:planted-d@host',
      AWS_SESSION_TOKEN: 'planted-session-token',
    };
    const hide = hideSecrets(secretsOfEnvironment(env));
    for (const said of ['planted-a', 'planted-b', 'planted-c', 'planted-d', 'planted-session-token'])
      expect(hide(said)).toBe('(secret)');
  });
});
