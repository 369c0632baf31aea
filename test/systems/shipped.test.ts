import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#src/generator/random';
import { LAYERS } from '#src/predict/draw-plan';
import { drawSystem } from '#src/predict/draw-system';
import { readSystem, variantsOf } from '#src/systems/read-system';
import type { SimulatedSystem } from '#src/systems/system';
import { SHIPPED } from '#src/systems/shipped';
import { simulateDraw } from '#src/systems/simulate';
import { choicesOf, parametersOf, withValues } from '#src/systems/vary-system';
import { ROOT } from '../support/run-cli.js';
import { poisson } from './arrivals.js';

describe('shipped systems', () => {
  it('are the files in systems/', () => {
    const files = readdirSync(join(ROOT, 'systems')).map((name) => name.replace(/\.yaml$/, ''));
    expect([...SHIPPED].sort()).toEqual(files.sort());
  });

  it.each(SHIPPED)('%s: every number names its source, and every variant answers each request once', async (name) => {
    for (const { model, runtime } of await variantsOf(name)) {
      const system = await readSystem(name, { model: model ?? undefined, runtime: runtime ?? undefined });
      for (const { path, what } of [...parametersOf(system), ...choicesOf(system)])
        expect(what.source, path).not.toBe('given in the file');
      const { requests, outcomes } = simulateDraw(system, poisson(30, 60_000, 7), 7);
      const { ok, throttled, timeout, serverError } = outcomes;
      expect(ok + throttled + timeout + serverError).toBe(requests);
      expect(ok).toBeGreaterThan(0);
    }
  });

  it('are varied by path, and by no path that they have not', async () => {
    const system = await readSystem('aws-lambda', { model: 'mobilenet', runtime: 'tf' });
    const paths = parametersOf(system).map(({ path }) => path);
    expect(paths).toContain('pool.coldStart.time.mean');
    expect(choicesOf(system).map(({ path }) => path)).toContain('pool.idleLaw');
    const slower = withValues(system, new Map([['pool.service.time.mean', 500]]));
    const [before, after] = [system, slower].map((one) => simulateDraw(one, poisson(5, 60_000, 3), 3).latency?.meanMs);
    expect(after).toBeGreaterThan((before as number) + 200);
    expect(() => withValues(system, new Map([['pool.nothing', 1]]))).toThrow('has no parameter pool.nothing');
  });

  it('take with another mechanism the value that was fitted under it, and draw around that', async () => {
    const system = await readSystem('gcp-cloud-functions', { model: 'mobilenet', runtime: 'tf' });
    const lifetime = (of: SimulatedSystem) => parametersOf(of).find(({ path }) => path === 'pool.idleLifetime')?.what;
    const fits = lifetime(system)?.byStructure ?? [];
    expect(fits).toHaveLength(6);
    for (const { when, value, range } of fits) {
      expect(lifetime(withValues(system, new Map(Object.entries(when))))).toMatchObject({ value, range });
      // The declared range of simulated Cloud Functions.
      expect(Math.min(...(range ?? []), 15_000)).toBe(15_000);
      expect(Math.max(...(range ?? []), 140_000)).toBe(140_000);
    }
    // What is given, or known, stays.
    const given = withValues(system, new Map<string, number | string>([['pool.idleLaw', 'fixed'], ['pool.idleLifetime', 7]])); // prettier-ignore
    expect(lifetime(given)?.value).toBe(7);
    const drawn = Array.from({ length: 50 }, (_, i) => drawSystem(system, LAYERS.all, seededRandom(String(i))));
    for (const one of drawn) {
      const choices = new Map(choicesOf(one).map(({ path, what }) => [path, what.value]));
      const fit = fits.find(({ when }) => Object.entries(when).every(([path, option]) => choices.get(path) === option));
      const [low, high] = fit?.range ?? [NaN, NaN];
      expect(lifetime(one)?.value).toBeGreaterThanOrEqual(low);
      expect(lifetime(one)?.value).toBeLessThanOrEqual(high);
    }
  });
});
