import { tableFromIPC } from 'apache-arrow';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshFolder, readReport, ROOT, runCli } from '../support/run-cli.js';

const USING = join(ROOT, 'test/support/using-backend.js');
const load = ['--rate', '100/s', '--process', 'constant', '--backend', USING, '--quiet'];

function columnsOf(folder: string): string[] {
  return tableFromIPC(readFileSync(join(folder, 'samples.arrows'))).schema.fields.map(({ name }) => name);
}

/** In real time a busy machine may make the run INVALID. */
const VALID_OR_NOT = [0, 96];

const run = (columns: string, out: string, time: string, ...more: string[]) =>
  runCli([
    ...load,
    ...['--set', `columns=${columns}`, '--out', out, '--time', time, '--duration', time === 'real' ? '1s' : '10s'],
    ...more,
  ]);

describe('usage of a backend without a bill', () => {
  it.each(['virtual', 'real'])('in %s time is kept where it is declared, and shown and judged', async (time) => {
    const out = freshFolder();
    const { code, stderr } = await run('answerBytes,cpuMs', out, time, '--threshold', 'metrics.cpuMs.min>=1');
    expect(VALID_OR_NOT, stderr).toContain(code);
    expect(columnsOf(out).slice(13)).toEqual(['answer_bytes', 'cpu_ms']);
    const { metrics } = readReport(out).sections;
    const count = time === 'real' ? 100 : 1000;
    expect(metrics).toMatchObject([
      { name: 'answerBytes', unit: 'bytes', count, sum: 100 * count },
      { name: 'cpuMs', unit: 'ms', count, min: 1, max: count, sum: (count * (count + 1)) / 2 },
    ]);
    const { stdout: csv } = await runCli(['export', out, '--format', 'csv']);
    const [head = '', row = ''] = csv.split('\n');
    const cell = (name: string): string | undefined => row.split(',')[head.split(',').indexOf(name)];
    expect([cell('answer_bytes'), cell('cpu_ms')]).toEqual(['100', String(Number(cell('seq')) + 1)]);
    await runCli(['report', out]);
    expect(readReport(out).sections.metrics).toEqual(metrics);
  });

  it.each(['virtual', 'real'])('in %s time is not kept where it is not declared, and a note says so', async (time) => {
    const out = freshFolder();
    const { code } = await run('answerBytes', out, time);
    expect(VALID_OR_NOT).toContain(code);
    expect(columnsOf(out).slice(13)).toEqual(['answer_bytes']);
    expect(readReport(out).run.notes.join('\n')).toMatch(/usage that it does not declare, which was not kept: cpuMs\./);
    expect(readReport(out).sections.metrics?.map(({ name }) => name)).toEqual(['answerBytes']);
  });

  it('with a column that there is not, nothing is sent', async () => {
    const { code, stderr } = await run('tokens', freshFolder(), 'virtual');
    expect(code).toBe(2);
    expect(stderr).toMatch(/columns.*tokens; it can name durationMs, /);
  });
});
