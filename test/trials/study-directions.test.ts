import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StudyResult } from '#src/study/study-result';
import { share, studied } from '../study/study-shares.js';
import { seenTables, whatTheStudySaw } from '../study/what-the-study-saw.js';
import { ROOT, runCli } from '../support/run-cli.js';

describe('the shipped study, with all its draws', () => {
  const out = mkdtempSync(join(tmpdir(), 'study-directions-'));
  let result: StudyResult;

  beforeAll(async () => {
    expect((await runCli(['study', '--out', out, '--quiet'])).code).toBe(0);
    result = JSON.parse(readFileSync(join(out, 'study.json'), 'utf8')) as StudyResult;
  }, 240_000);

  it('refuses nothing', () => {
    expect(result.cells.filter(({ refused }) => refused !== null)).toEqual([]);
    expect(result.cells).toHaveLength(54);
  });

  it('is what the tables of docs/which-system.md hold', async () => {
    const docs = readFileSync(join(ROOT, 'docs/which-system.md'), 'utf8');
    for (const table of seenTables(await whatTheStudySaw(out))) expect(docs).toContain(table);
  });

  it('what the study saw: directions, in every draw', () => {
    for (const workload of ['workload-40', 'workload-120', 'workload-200']) {
      // ONNX Runtime beats TensorFlow on functions.
      for (const system of ['aws-lambda', 'gcp-cloud-functions']) {
        // On Cloud Functions at the highest rate, starts are limited to so few a second that both wait for instances.
        const least = system === 'gcp-cloud-functions' && workload === 'workload-200' ? 0.6 : 1;
        expect(
          share(result.orders, 'latency.meanMs', workload, [system, 'ort'], [system, 'tf']),
        ).toBeGreaterThanOrEqual(least);
        expect(share(result.orders, 'cost.usd', workload, [system, 'ort'], [system, 'tf'])).toBe(1);
      }
      // Lambda starts faster and creates fewer instances than Cloud Functions.
      const [lambda, functions] = ['aws-lambda', 'gcp-cloud-functions'].map((name) =>
        studied(result, name, 'ort', workload),
      );
      expect(lambda?.coldStarts.meanMs.median).toBeLessThan(functions?.coldStarts.meanMs.median ?? 0);
      expect(lambda?.instances.created.median).toBeLessThan(functions?.instances.created.median ?? 0);
    }
    // Managed services do not scale out within a burst.
    expect(studied(result, 'aws-sagemaker', 'tf-serving', 'workload-120').successRatio.median).toBeLessThan(0.9);
    // A GPU server loses to Lambda at the highest rate.
    expect(
      share(result.orders, 'latency.meanMs', 'workload-200', ['aws-lambda', 'ort'], ['aws-gpu', 'tf-serving']),
    ).toBe(1);
    // Functions do not mind bursts: the mean stays of one size.
    const means = ['workload-40', 'workload-200'].map(
      (workload) => studied(result, 'aws-lambda', 'ort', workload).latency.meanMs.median ?? NaN,
    );
    expect((means[1] ?? NaN) / (means[0] ?? NaN)).toBeLessThan(3);
  });
});
