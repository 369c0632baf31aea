import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSizes } from '#src/check/compare-sizes';
import { hideSecrets } from '#src/secrets/hide-secrets';
import { secretsOfOptions } from '#src/secrets/secrets-of-options';
import { sizeWarnings } from '#src/backends/tensors/check-sizes';
import { counted } from '#src/text/counted';

describe('payloads against a limit', () => {
  const sizes = fc.array(fc.nat(10_000_000), { minLength: 1, maxLength: 20 });
  const limits = fc.record({ bytes: fc.integer({ min: 1, max: 40_000_000 }), of: fc.constant('a call') });

  it('pass exactly when the largest does, and each that does not is reported with its size', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 8 }), limits, async (given, batch, limit) => {
        const above = given.flatMap((size, index) => (size > limit.bytes ? [index] : []));
        const told = await compareSizes(given, batch, limit).then(
          ({ text }) => ({ ok: true, text }),
          (thrown: unknown) => ({ ok: false, text: (thrown as Error).message }),
        );
        expect(told.ok).toBe(above.length === 0);
        if (told.ok) expect(told.text).toContain(String(Math.max(...given)));
        else expect(told.text).toContain(`above the ${counted(limit.bytes, 'byte')} that a call may have`);
        for (const index of told.ok ? [] : above.slice(0, 10))
          expect(told.text).toMatch(new RegExp(`payload ${String(index)} .*of ${counted(given[index] ?? 0, 'byte')}`));
      }),
    );
  });

  it('warn a run of the same payloads', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, limits, async (given, limit) => {
        const passes = await compareSizes(given, 1, limit).then(
          () => true,
          () => false,
        );
        expect(sizeWarnings(given, limit).length === 0).toBe(passes);
      }),
    );
  });

  it('between what is sure and what is possible are doubtful: reported, not refused', async () => {
    const limit = { bytes: 25, sureBytes: 6, of: 'a call' };
    expect((await compareSizes([6], 1, limit)).text).not.toMatch(/everywhere/);
    expect((await compareSizes([7], 1, limit)).text).toMatch(/not everywhere: some take 6 only/);
    expect(sizeWarnings([7], limit)[0]).toMatch(/payload 0 is 7 bytes as a call, more than it takes everywhere \(6\)/);
  });
});

describe('an answer that echoes the request', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9._~+/=-]{8,40}$/).filter((text) => !/^(https?|secret)/i.test(text));

  it('says nothing of options that are not public', () => {
    fc.assert(
      fc.property(secret, secret, secret, (token, password, key) => {
        const url = `https://me:${encodeURIComponent(password)}@host.example/path?key=${encodeURIComponent(key)}`;
        const header = [`authorization: Bearer ${token}`, `x-key: ${key}`];
        const clean = hideSecrets(secretsOfOptions({ url, header }, ['method']));
        const basic = Buffer.from(`me:${password}`).toString('base64');
        const echoed = clean(`{"auth":"Bearer ${token}","basic":"${basic}","url":"${url}","key":"${key}"}`);
        for (const hidden of [token, basic, password, key]) expect(echoed).not.toContain(hidden);
        expect(echoed).toContain('host.example/path');
      }),
    );
  });

  it('reports what is public', () => {
    const publicOptions = ['function', 'body-limit'];
    const clean = hideSecrets(secretsOfOptions({ function: 'classify', 'body-limit': '4096' }, publicOptions));
    expect(clean('classify 4096')).toBe('classify 4096');
  });
});
