import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/run-cli.js';
import { truthFolder } from '../support/truth-run.js';

const KIND = ['kind=functions'];

describe('functions with an exponential idle lifetime behind a shared queue', () => {
  it('a probe predicts a bursty trace that the fit never saw', async () => {
    const { probe, run, fit, score } = truthFolder();
    const probed = await probe('probe', KIND, ['--skip', 'watch', '--max-rate', '32/s']);
    const mine = await fit(probed, 'gcp-cloud-functions', 'mine.yaml');
    const seen = await run('seen', KIND, [join(ROOT, 'traces/workload-40.json'), '--to', '300s', '--seed', '77']);
    const scored = await score(mine, seen);
    const ratio = (what: string): number => scored.get(what)?.ratio ?? NaN;
    const within = (what: string, factor: number): void => {
      expect(ratio(what), what).toBeGreaterThan(1 / factor);
      expect(ratio(what), what).toBeLessThan(factor);
    };
    within('latency mean', 1.25);
    within('instances at most', 1.5);
    within('cost', 1.2);
  }, 180_000);
});
