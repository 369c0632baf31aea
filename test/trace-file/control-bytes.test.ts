import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeArrivals } from '#src/trace-file/arrival-store';
import { UserError } from '#src/errors';
import { readPayloadArgument } from '#src/trace-file/payloads';
import { readTrace } from '#src/trace-file/read-trace';
import { runCli } from '../support/run-cli.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'control-bytes-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ROWS = Array.from({ length: 200 }, (_, i) => i);
const TEXTS: Readonly<Record<string, string>> = {
  csv: `at_ms,note\n${ROWS.map((i) => `${String(i)},"a ""b"""\n`).join('')}`,
  'csv.gz': `at_ms\r\n${ROWS.map((i) => `${String(i)}\r\n`).join('')}`,
  jsonl: ROWS.map((i) => `{"at_ms":${String(i)},\t"payload":0}\n`).join(''),
  'jsonl.gz': ROWS.map((i) => `{"note":"x","at_ms":${String(i)}}\n`).join(''),
  json: `{"format":1,\n"name":"n",\n"durationMs":200,\n"payloads":[{"text":"a"}],\n"atMs":[\n${ROWS.join(',\n')}]\n}\n`,
  'json.gz': `{"format":1,"name":"n","durationMs":200,"atMs":[${ROWS.join(', ')}]}`,
};

function stored(extension: string, bytes: Uint8Array): string {
  const path = join(folder, `trace.${extension}`);
  writeFileSync(path, extension.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return path;
}

async function failureOf(path: string): Promise<unknown> {
  try {
    const trace = await readTrace(path, { spoolDir: folder, stdin: (async function* () {})() });
    closeArrivals(trace.store);
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

/** All but tab, LF and CR. */
const controlByte = fc.constantFrom(...Array.from({ length: 32 }, (_, i) => i).filter((i) => ![9, 10, 13].includes(i)), 127); // prettier-ignore

/** Where a byte is: as an editor counts, from 1, columns in bytes. */
function placeOf(bytes: Buffer, at: number): string {
  const before = bytes.subarray(0, at);
  const line = before.filter((byte) => byte === 10).length + 1;
  return `line ${String(line)}, column ${String(at - before.lastIndexOf(10))}`;
}

describe('control bytes in a trace', () => {
  for (const [extension, text] of Object.entries(TEXTS)) {
    it(`are an error with line and column, anywhere in .${extension}`, async () => {
      expect(await failureOf(stored(extension, Buffer.from(text)))).toBeUndefined();
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: text.length }),
          fc.integer({ min: 0, max: 300 }),
          controlByte,
          fc.integer({ min: 1, max: 700 }),
          async (at, replaced, byte, count) => {
            const sound = Buffer.from(text);
            const block = Buffer.alloc(count, byte);
            const bytes = Buffer.concat([sound.subarray(0, at), block, sound.subarray(at + replaced)]);
            const failure = await failureOf(stored(extension, bytes));
            expect(failure).toBeInstanceOf(UserError);
            expect((failure as UserError).message).toContain(`: ${placeOf(bytes, at)}: it is `);
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  it('are found behind the end of the object and across chunks of the file', async () => {
    const long = Buffer.from(`at_ms\n${'1\n'.repeat(700_000)}`);
    const bytes = Buffer.concat([long, Buffer.from('2\u0000\n')]);
    expect(String(await failureOf(stored('csv', bytes)))).toContain('line 700002, column 2: it is a NUL byte');
    const json = Buffer.from(`${TEXTS['json'] ?? ''}\u0000`);
    expect(String(await failureOf(stored('json', json)))).toContain('column 1: it is a NUL byte');
  });

  it('are an error in the bodies of a .jsonl, too', () => {
    const path = join(folder, 'bodies.jsonl');
    writeFileSync(path, Buffer.concat([Buffer.from('{"a":1}\n'), Buffer.alloc(2000), Buffer.from('\n{"b":2}\n')]));
    expect(() => readPayloadArgument(path)).toThrow(/bodies\.jsonl: line 2, column 1: it is a NUL byte/);
  });

  it('end the command before anything is planned', async () => {
    const rows = Buffer.from(`at_ms\n${Array.from({ length: 1000 }, (_, i) => `${String(i)}\n`).join('')}`);
    const bytes = Buffer.concat([rows.subarray(0, 1500), Buffer.alloc(2048), rows.subarray(1500 + 2048)]);
    const path = stored('csv', bytes);
    const out = join(folder, 'run');
    const { code, stderr } = await runCli([path, '--backend', 'null', '--out', out]);
    expect(stderr).toContain(placeOf(bytes, 1500));
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});
