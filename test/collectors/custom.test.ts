import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { foldSections } from '#src/collectors/registry';
import { guardCollector } from '#src/plan/guard-collector';
import { loadCollectors } from '#src/plan/load-collectors';
import type { CustomCollector } from '#src/custom-collector';
import { collectorContract } from '#src/testing';
import { ENDED, makeRows, planFor, toBlock } from './sample-rows.js';
import { freshFolder, readReport, ROOT, runCli } from '../support/run-cli.js';

const GOODPUT = join(ROOT, 'examples/collectors/goodput.mjs');
const LOAD = [
  '--rate',
  '50/s',
  '--duration',
  '10s',
  '--backend',
  'simulated',
  '--set',
  'servers=1',
  '--time',
  'virtual',
];

const { default: goodput } = (await import(pathToFileURL(GOODPUT).href)) as { readonly default: CustomCollector };
collectorContract({ it, collector: goodput });

/** A module that may be anything. */
function moduleOf(text: string): string {
  const path = `${freshFolder()}.mjs`;
  writeFileSync(path, text);
  return path;
}

describe('--collector', () => {
  it('folds the samples of a run, and of its log again, to what thresholds name', async () => {
    const out = freshFolder();
    const asked = ['--collector', GOODPUT, '--threshold', 'collectors.goodput.share>0.999'];
    const { code, stdout } = await runCli([...LOAD, '--out', out, ...asked]);
    const report = readReport(out);
    const { stdout: csv } = await runCli(['export', out, '--format', 'csv']);
    const [head = '', ...lines] = csv.trimEnd().split(/\r?\n/);
    const column = (name: string): number => head.split(',').indexOf(name);
    const rows = lines.map((line) => line.split(','));
    const good = rows.filter((row) => {
      const ms = Number(row[column('done_ms')]) - Number(row[column('due_ms')]);
      return row[column('outcome')] === 'ok' && ms <= 100;
    }).length;
    const { planned } = report.sections.outcomes;
    expect(good).toBeLessThan(planned);
    expect(report.sections.collectors).toEqual({
      goodput: {
        metrics: {
          share: { value: good / planned, unit: null, worse: 'less' },
          rate: { value: good / 10, unit: 'requests/s', worse: 'less' },
        },
        failed: null,
      },
    });
    expect(code).toBe(99);
    expect(report.sections.thresholds?.[0]).toMatchObject({ actual: good / planned, ok: false });
    expect(stdout).toMatch(/Collectors +goodput \[share, rate in requests\/s\]/);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('goodput.share');
    const schema: object = JSON.parse(readFileSync(join(ROOT, 'schemas/report.schema.json'), 'utf8'));
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);

    await runCli(['report', out, '--collector', GOODPUT]);
    expect(readReport(out)).toEqual(report);
    const without = JSON.parse((await runCli(['report', out, '--json', '--no-write'])).stdout) as typeof report;
    expect(without.sections.thresholds?.[0]?.why).toContain('add it with --collector');
  });

  it.each([
    ['throw new Error("no");', 'cannot be loaded: no'],
    ['export default 5;', 'its default export is no collector'],
    ['export default { name: "a b", metrics: [], create() {} };', 'its name must be a letter'],
    ['export default { name: "a", metrics: [], create() {} };', 'metrics must be 1 to 16 entries'],
    ['export default { name: "a", metrics: [{ name: "x", worse: "up" }], create() {} };', 'worse is'],
  ])('%s is refused in one line', async (text, why) => {
    const { code, stdout, stderr } = await runCli([...LOAD, '--collector', moduleOf(text)]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([
    ['create() { for (;;); }', 'create did not return within 0.1 s'],
    ['create: () => ({ add() { for (;;); }, values: () => ({ x: 1 }) })', 'add did not return within 0.1 s'],
    ['create: () => ({ add() {}, values() { for (;;); } })', 'values did not return within 0.1 s'],
    [
      'create: () => ({ add() {}, merge() { for (;;); }, values: () => ({ x: 1 }) })',
      'merge did not return within 0.1 s',
    ],
  ])('%s ends, is named, and costs its own numbers', async (create, why) => {
    const path = moduleOf(`export default { name: 'mine', metrics: [{ name: 'x', worse: 'more' }], ${create} };`);
    const { default: endless } = (await import(pathToFileURL(path).href)) as { readonly default: CustomCollector };
    const rows = makeRows(20, 1, 10);
    const context = { plan: planFor(rows), collectors: [guardCollector(endless, path, 100)] };
    const [fold, other] = [foldSections(context), foldSections(context)];
    fold.add(toBlock(rows));
    if (why.startsWith('merge')) fold.merge(other);
    const { sections } = fold.finish(ENDED);
    expect(sections.outcomes.planned).toBe(20);
    expect(sections.collectors?.['mine']?.metrics['x']?.value).toBeNull();
    expect(sections.collectors?.['mine']?.failed).toBe(`collector mine (${path}): ${why}`);
  });

  it('a module that never settles is refused in one line', async () => {
    const path = moduleOf('await new Promise(() => {}); export default {};');
    await expect(loadCollectors([path], '/', 100)).rejects.toThrow(
      `--collector ${path}: loading did not settle within 0.1 s`,
    );
  });

  it('refuses a metric that no collector has, with the nearest', async () => {
    const asked = ['--collector', GOODPUT, '--threshold', 'collectors.goodput.shar>0.9'];
    const { code, stderr } = await runCli([...LOAD, ...asked]);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean collectors.goodput.share?');
    expect((await runCli([...LOAD, '--collector', './none.mjs'])).stderr).toContain('no such file');
  });

  it.each([
    ['create() { throw new Error("early"); }', 'create failed: early'],
    ['create: () => ({ add() { throw new Error("late"); }, values: () => ({ x: 1 }) })', 'add failed: late'],
    ['create: () => ({ add() {}, values: () => ({ x: NaN }) })', 'x must be a finite number or null, not NaN'],
    ['create: () => ({ add() {}, values: () => null })', 'x must be a finite number or null'],
    ['create: () => null', 'add failed: '],
    ['create: async () => ({})', 'create returned a promise; a collector answers at once'],
    [
      'create: () => ({ async add() { throw new Error("later"); }, values: () => ({ x: 1 }) })',
      'add returned a promise',
    ],
  ])('%s costs its own numbers, never the report', async (create, why) => {
    const path = moduleOf(`export default { name: 'mine', metrics: [{ name: 'x', worse: 'more' }], ${create} };`);
    const out = freshFolder();
    const { code } = await runCli([...LOAD, '--out', out, '--collector', path]);
    expect(code).toBe(0);
    const { mine } = readReport(out).sections.collectors ?? {};
    expect(mine?.metrics['x']?.value).toBeNull();
    expect(mine?.failed).toContain(why);
  });

  it('is something that runs are compared by', async () => {
    const [base, slow] = [freshFolder(), freshFolder()];
    const made = ['--repeat', '5', '--vary-seed', '--collector', GOODPUT, '--no-html'];
    await runCli([...LOAD, ...made, '--out', base]);
    await runCli([...LOAD, '--set', 'service=30ms', ...made, '--out', slow]);
    const judged = (rule: string) => runCli(['compare', slow, '--mixed', '--baseline', base, '--fail-if', rule]);
    const better = await judged('collectors.goodput.share>+1%');
    expect([better.code, better.stderr]).toEqual([
      2,
      expect.stringContaining('less is worse for collectors.goodput.share'),
    ]);
    expect(await judged('collectors.goodput.none<-1%')).toMatchObject({ code: 2, stderr: expect.stringContaining('no run has') as string }); // prettier-ignore
    const { code, stdout, stderr } = await judged('collectors.goodput.share<-1%');
    expect([code, stderr]).toEqual([99, '']);
    expect(stdout).toContain('collectors.goodput.share');
  });
});
