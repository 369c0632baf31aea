import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT, run, traceInMemory, UserError, type Report, type RunOptions } from '#src/index';
import { freshFolder, readReport, ROOT, runCli } from '../support/run-cli.js';

/** What differs between two runs of the same settings: nothing but the place and names. */
const numbers = ({ verdict, sections }: Report): unknown => ({ verdict, sections });

describe('run', () => {
  it.each<[options: RunOptions, argv: readonly string[]]>([
    [
      { rate: '50/s', duration: '20s', options: { servers: 2 }, seed: 7 },
      ['--rate', '50/s', '--duration', '20s', '--set', 'servers=2', '--seed', '7'],
    ],
    [
      { trace: 'traces/workload-40.json', from: '85s', to: '95s', speed: '2x', warmup: '1s', maxInFlight: 9 },
      [
        'traces/workload-40.json',
        '--from',
        '85s',
        '--to',
        '95s',
        '--speed',
        '2x',
        '--warmup',
        '1s',
        '--max-in-flight',
        '9',
      ],
    ],
    [
      { rate: '20/s', requests: 100, batchSize: 4, batchWait: '100ms', threshold: ['success>99%', 'all.p(99)<1ms'] },
      [
        '--rate',
        '20/s',
        '-n',
        '100',
        '--batch-size',
        '4',
        '--batch-wait',
        '100ms',
        '--threshold',
        'success>99%',
        '--threshold',
        'all.p(99)<1ms',
      ],
    ],
  ])('is the command with the same flags and defaults: %j', async (options, argv) => {
    const [ours, theirs] = [freshFolder(), freshFolder()];
    const result = await run({ ...options, backend: 'simulated', time: 'virtual', html: false, out: ours });
    const { code } = await runCli([
      ...argv,
      '--backend',
      'simulated',
      '--time',
      'virtual',
      '--no-html',
      '--out',
      theirs,
    ]);
    expect(numbers(result.report)).toEqual(numbers(readReport(theirs)));
    expect(readReport(ours)).toEqual(result.report);
    expect(result.exitCode).toBe(code);
    expect(existsSync(join(ours, 'report.html'))).toBe(false);
  });

  it('sends a trace in memory to a real server, with its payloads', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (text: string) => (body += text));
      request.on('end', () => {
        bodies.push(body);
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    const payloads = ['{"n":1}', '{"n":2}'].map((text) => ({
      kind: 'bytes' as const,
      contentType: 'application/json',
      bytes: new TextEncoder().encode(text),
    }));
    const said: number[] = [];
    const { report, exitCode } = await run(
      {
        trace: { atMs: [0, 100, 1200], payload: [1, 0, 1], payloads },
        backend: 'http',
        options: { url },
        pacing: 'economic',
        threshold: 'success>=100%',
        out: freshFolder(),
      },
      { onProgress: ({ nowMs }) => said.push(nowMs) },
    );
    server.close();
    expect(report.sections.outcomes).toMatchObject({ planned: 3, ok: 3 });
    expect(bodies).toEqual(['{"n":2}', '{"n":1}', '{"n":2}']);
    // A busy machine may make so short a run INVALID; its threshold then still holds, with and without that share.
    expect(exitCode).toBe(EXIT.ok);
    expect(said.length).toBeGreaterThan(0);
  });

  it.each<[RunOptions, RegExp]>([
    [{ rate: '50/s', duration: '30' }, /--duration 30: say the unit: 30s or 30ms/],
    [{ rate: '50/s' }, /--rate needs a length/],
    [{}, /nothing to replay/],
    [{ rate: '5/s', duration: '1s', backend: 'nosuch' }, /backend nosuch/],
    [{ trace: { atMs: [] } }, /atMs is empty/],
    [{ trace: { atMs: [1, 0] } }, /atMs\[1\] is 0, before 1/],
    [{ trace: { atMs: [0], payload: [1], payloads: [] } }, /payload\[0\] is 1/],
    [{ rate: '5/s', duration: '1s', nonsense: 1 } as RunOptions, /nonsense/],
  ])('what cannot be run is a UserError and leaves no folder: %j', async (options, message) => {
    const out = freshFolder();
    const failed = run({ backend: 'simulated', time: 'virtual', ...options, out });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(UserError);
    expect(existsSync(out)).toBe(false);
  });
});

it('a trace in memory is the trace of a file with the same arrivals', async () => {
  const file = join(freshFolder(), '..', 'trace.json');
  const times = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(times, async (unsorted) => {
      const atMs = unsorted.toSorted((a, b) => a - b);
      const durationMs = 5000;
      writeFileSync(file, JSON.stringify({ format: 1, name: 'same', durationMs, atMs }));
      const options = { backend: 'null', time: 'virtual', html: false } as const;
      const [memory, disk] = [
        await run({ ...options, trace: { atMs, durationMs, name: 'same' }, out: freshFolder() }),
        await run({ ...options, trace: file, out: freshFolder() }),
      ];
      expect(memory.report.run.trace).toEqual(disk.report.run.trace);
      expect(numbers(memory.report)).toEqual(numbers(disk.report));
      expect(traceInMemory({ atMs }).count).toBe(atMs.length);
    }),
    { numRuns: 10 },
  );
});

it('its page names every option', () => {
  const page = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
  const source = readFileSync(join(ROOT, 'src/library/run-options.ts'), 'utf8');
  const names = [...source.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name]) => name as string);
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
