import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactOptions } from '#src/secrets/redact-options';

/** Nothing that could come about by chance. */
const secret = fc.nat().map((n) => `s3cr3t${n.toString(36)}`);
const optionName = fc.constantFrom<string>('model', 'body-limit', 'token', 'urls', 'headers', 'a', 'b');
const written = (raw: Record<string, string | string[]>, open: string[] = []): string =>
  JSON.stringify(redactOptions(raw, open));

describe('redactOptions', () => {
  test('writes the values of public options, and only the names of all others', () => {
    fc.assert(
      fc.property(fc.dictionary(optionName, fc.oneof(secret, fc.array(secret))), fc.array(optionName), (raw, open) => {
        const redacted = redactOptions(raw, open);
        expect(Object.keys(redacted).sort()).toEqual(Object.keys(raw).sort());
        for (const [key, value] of Object.entries(raw)) {
          const hidden = typeof value === 'string' ? '(redacted)' : value.map(() => '(redacted)');
          expect(redacted[key]).toEqual(open.includes(key) ? value : hidden);
        }
      }),
    );
  });

  test('a URL loses its user, password, query and fragment', () => {
    const host = fc.constantFrom('model.example', 'model.example:8080', '[::1]:8080');
    const scheme = fc.constantFrom('http', 'https', 'grpc');
    fc.assert(
      fc.property(scheme, host, secret, secret, secret, secret, (protocol, at, user, password, query, fragment) => {
        const url = `${protocol}://${user}:${password}@${at}/v1/m?key=${query}#${fragment}`;
        expect(redactOptions({ url }, [])).toEqual({ url: `${protocol}://${at}/v1/m?(redacted)` });
        expect(written({ url: [url, url] }, ['url'])).not.toContain('s3cr3t');
      }),
    );
  });

  test('what is no URL, or has its user in the place of the scheme, is not written at all', () => {
    fc.assert(
      fc.property(secret, secret, (user, password) => {
        for (const url of [
          `${user}:${password}@host/`,
          `${user}@host`,
          user,
          `data:text/plain,${user}`,
          `http://${user}:${password}`,
          `//${user}:${password}@host`,
        ])
          expect(redactOptions({ url }, ['url'])).toEqual({ url: '(redacted)' });
      }),
    );
  });

  test('a header keeps its name alone, and nothing without one', () => {
    fc.assert(
      fc.property(fc.constantFrom('Authorization', 'x-api-key', 'X_1'), secret, (name, value) => {
        expect(redactOptions({ header: [`${name}: Bearer ${value}`, `${name}:${value}`] }, ['header'])).toEqual({
          header: [`${name}: (redacted)`, `${name}: (redacted)`],
        });
        for (const header of [`Bearer ${value}`, `:${value}`, `Bearer ${value}: x`, `${value}\n: x`])
          expect(written({ header })).not.toContain('s3cr3t');
      }),
    );
  });

  test('what is written is printable', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (raw) => {
        for (const [key, value] of Object.entries(redactOptions(raw, Object.keys(raw))))
          expect(`${key}${String(value)}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
      }),
    );
  });
});
