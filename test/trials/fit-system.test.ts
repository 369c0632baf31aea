import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, runCli } from '../support/run-cli.js';
import { startServe } from '../support/serve-process.js';
import { truthFolder, type ScoredNumber } from '../support/truth-run.js';

describe('a machine with a limit of 60 s on waiting, the whole probe', () => {
  it.each([1, 2, 3])(
    'seed %i: success within 2 points and mean within 5 % at 2 and 3 times its capacity',
    async (seed) => {
      const KIND = ['kind=machine'];
      const { probe, run, fit, score } = truthFolder();
      const mine = await fit(await probe('probe', KIND, ['--seed', String(seed * 100)]), 'aws-cpu', 'mine.yaml');
      for (const rate of ['73/s', '109/s']) {
        const heavy = await run(`heavy-${rate.slice(0, -2)}`, KIND, [
          '--rate',
          rate,
          '--duration',
          '200s',
          '--seed',
          '77',
        ]);
        const scored = await score(mine, heavy);
        const success = scored.get('success') as ScoredNumber;
        expect(Math.abs(success.predicted.median - success.real), rate).toBeLessThan(0.02);
        expect(Math.abs((scored.get('latency mean')?.ratio ?? NaN) - 1), rate).toBeLessThan(0.05);
      }
    },
  );
});

describe('functions behind a shared queue, the whole probe', () => {
  it.each([1, 2, 3])('seed %i: a bursty trace that the fit never saw', async (seed) => {
    const KIND = ['kind=functions'];
    const { probe, run, fit, score } = truthFolder();
    const mine = await fit(await probe('probe', KIND, ['--seed', String(seed * 100)]), 'gcp-cloud-functions', 'mine.yaml'); // prettier-ignore
    const seen = await run('seen', KIND, [join(ROOT, 'traces/workload-40.json'), '--seed', '77']);
    const scored = await score(mine, seen);
    for (const [what, factor] of [
      ['latency mean', 1.25],
      ['instances at most', 1.5],
      ['cost', 1.2],
    ] as const) {
      const ratio = scored.get(what)?.ratio ?? NaN;
      expect(ratio, what).toBeGreaterThan(1 / factor);
      expect(ratio, what).toBeLessThan(factor);
    }
  });
});

it('replay serve, a real system: what a probe predicts of a load in between', async () => {
  const serve = await startServe(['--model', 'mobilenet']);
  const at = (
    (folder) => (name: string) =>
      join(folder, name)
  )(mkdtempSync(join(tmpdir(), 'replay-fit-serve-')));
  const ok = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli(args);
    expect([0, 96], stderr).toContain(code);
    return stdout;
  };
  try {
    const service = ['--backend', 'tf-serving', '--model', 'mobilenet', '--url', serve.rest, '--no-html', '-q', '--max-lateness', '10s', '--pacing', 'economic', '--timeout', '60s']; // prettier-ignore
    await ok(['system', 'probe', ...service, '--only', 'lone', '--only', 'rates', '--min-rate', '4/s', '--rate-length', '8s', '--hold', '15s', '--out', at('probe')]); // prettier-ignore
    await ok(['system', 'fit', at('probe'), '--like', 'aws-cpu', '-o', at('mine.yaml'), '-q', '--include-invalid']);
    await ok(['run', '--rate', '12/s', '--duration', '20s', '--seed', '7', ...service, '--out', at('seen')]);
    const told = await ok(['system', 'score', at('mine.yaml'), at('seen'), '--draws', '10', '--json', '--include-invalid']); // prettier-ignore
    const { numbers } = JSON.parse(told) as { readonly numbers: readonly ScoredNumber[] };
    const ratio = numbers.find(({ what }) => what === 'latency mean')?.ratio ?? NaN;
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  } finally {
    serve.child.kill('SIGINT');
    await serve.finished;
  }
});
