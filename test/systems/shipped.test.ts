import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSystem, variantsOf } from '#src/systems/read-system';
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
});
