import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CheckRequest, check } from '#src/check/check';
import { run, traceInMemory } from '#src/index';
import { freshFolder } from '../support/run-cli.js';

/** A service billed by calls, by its own price sheet, whose set-up may fail with what it was given. */
const PLUGIN = `
export default {
  name: 'own', summary: 'own', waits: 'on-the-clock', knowsSent: false,
  publicOptions: ['fails'],
  parseOptions: (raw) => ({ fails: raw.fails === 'true', key: raw.key }),
  prices: () => '2021-03',
  billing: () => ({ model: 'lambda', memoryMb: 1024, architecture: 'x86_64' }),
  setUp: (options) => {
    if (options.fails) throw Object.assign(new Error('the service says: bad key ' + options.key), { name: 'UserError' });
    return Promise.resolve({ options, notes: ['made ready'] });
  },
  create: (options, context) => {
    globalThis.createdWith = { ...context, clock: undefined };
    return { invoke: async ({ handedMs }) => {
      globalThis.sent = (globalThis.sent ?? 0) + 1;
      await context.clock.until(handedMs + 3);
      return { ok: true };
    } };
  },
};
`;

let [folder, plugin] = ['', ''];
beforeAll(() => {
  folder = freshFolder();
  plugin = join(folder, 'own.mjs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(plugin, PLUGIN);
});

function checked(change: Partial<CheckRequest>) {
  const request = { backend: plugin, backendOptions: {}, payloads: [], fromMs: 0, toMs: Infinity, speed: 1 };
  const silent = { say: () => undefined, tell: () => undefined, stop: new AbortController().signal };
  return check({ ...request, timeoutMs: 3000, sends: true, ...change }, { folder, env: {}, ...silent });
}

const sent = (): unknown => (globalThis as { sent?: number }).sent;

describe('a dry run', () => {
  it('prices by the sheet that the backend names, as the run does', async () => {
    const trace = traceInMemory({ atMs: [0, 5, 10] });
    const { report } = await run({ trace, backend: plugin, time: 'virtual', out: join(folder, 'run'), html: false });
    const cost = (await checked({ trace })).find(({ name }) => name === 'cost');
    expect(report.sections.cost.sheet).toBe('2021-03');
    expect(cost).toMatchObject({ state: 'ok', facts: { sheet: report.sections.cost.sheet } });
  });

  it('opens the backend with the same context as a run, but that one call comes', async () => {
    await checked({});
    const context = (globalThis as { createdWith?: object }).createdWith;
    expect(context).toMatchObject({
      worker: 0,
      workers: 1,
      payloads: [],
      timeoutMs: 3000,
      virtual: false,
      singleCall: true,
    });
    expect(context).not.toHaveProperty('batchSize');
  });

  it('shows no secret that the service echoes during set-up', async () => {
    const steps = await checked({ backendOptions: { fails: 'true', key: 'very-secret-key' } });
    const setUp = steps.find(({ name }) => name === 'set-up');
    expect(setUp?.state).toBe('failed');
    expect(setUp?.text).toContain('the service says: bad key');
    expect(JSON.stringify(steps)).not.toContain('very-secret-key');
  });

  it('refuses a window without a request before it sends one', async () => {
    const before = sent();
    const trace = traceInMemory({ atMs: [0, 5, 10] });
    await expect(checked({ trace, fromMs: 6, toMs: 8 })).rejects.toThrow(/no request is due in this window/);
    expect(sent()).toBe(before);
  });
});
