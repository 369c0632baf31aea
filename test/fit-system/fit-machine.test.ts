import { describe, expect, it } from 'vitest';
import { truthFolder } from '../support/truth-run.js';

/** 8 at once, 200 ms each and 10 % more in overload: at most 36/s; a limit of 20 s, so that a short probe reaches it. */
const KIND = ['kind=machine', 'limitMs=20000'];
const CAPACITY = 8 / (0.2 * 1.1);

describe('a machine with workers, lognormal service, slower in overload, and a limit on waiting', () => {
  it('a short probe predicts success and latency at 2 and 3 times its capacity', async () => {
    const { probe, run, fit, score } = truthFolder();
    const probed = await probe('probe', KIND, ['--only', 'lone', '--only', 'rates', '--rate-length', '10s', '--hold', '50s']); // prettier-ignore
    const mine = await fit(probed, 'aws-cpu', 'mine.yaml');
    for (const times of [2, 3]) {
      const rate = `${String(Math.round(times * CAPACITY))}/s`;
      const heavy = await run(`heavy-${String(times)}`, KIND, ['--rate', rate, '--duration', '60s', '--seed', '77']);
      const scored = await score(mine, heavy);
      const success = scored.get('success');
      expect(Math.abs((success?.predicted.median ?? NaN) - (success?.real ?? NaN)), rate).toBeLessThan(0.02);
      expect(scored.get('latency mean')?.ratio, rate).toBeGreaterThan(0.95);
      expect(scored.get('latency mean')?.ratio, rate).toBeLessThan(1.05);
    }
  }, 180_000);
});
