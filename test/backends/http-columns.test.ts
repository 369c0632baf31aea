import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyEncodings, encodedValue } from '#src/backends/wire/encoded-value';
import { requestAt, type RequestTemplate } from '#src/backends/wire/http-request';
import { requestBytes } from '#src/backends/wire/request-bytes';
import { parseStrictTemplate, parseTemplate } from '#src/text/template';
import type { ColumnValue } from '#src/trace';
import { runCli } from '../support/run-cli.js';

interface Seen {
  readonly url: string;
  readonly tenant: string;
  readonly body: string;
}

const folder = mkdtempSync(join(tmpdir(), 'replay-http-columns-'));
const seen: Seen[] = [];
const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const { url = '', headers } = request;
    seen.push({ url, tenant: String(headers['x-tenant'] ?? ''), body: Buffer.concat(pieces).toString() });
    response.end('{}');
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function origin(): string {
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const ROWS = [
  { model: 'a/b c', tokens: 3, tenant: 'Zoë "x"\r\ny', blocks: [1, 2], fast: true },
  { model: null, tokens: null, tenant: null, blocks: null, fast: null },
  { model: '日本"\\', tokens: 1.5, tenant: 'plain', blocks: [], fast: false },
];

function trace(name: string, more: object = {}): string {
  const columns = Object.fromEntries(
    ['model', 'tokens', 'tenant', 'blocks', 'fast'].map((key) => [key, ROWS.map((row) => row[key as 'model'])]),
  );
  return file(
    name,
    JSON.stringify({ format: 1.1, name: 'three', durationMs: 30, atMs: [1, 10, 20], columns, ...more }),
  );
}

const BODY =
  '{"model":{model},"text":"<{model}> {tenant} {{model}}","n":{tokens},"blocks":{blocks},"fast":{fast},"id":"{seq}"}';

function bodyOf(row: (typeof ROWS)[number], seq: number): unknown {
  const text = `<${row.model ?? ''}> ${row.tenant ?? ''} {model}`;
  return { model: row.model, text, n: row.tokens, blocks: row.blocks, fast: row.fast, id: String(seq) };
}

async function replayed(...args: readonly string[]): Promise<readonly Seen[]> {
  seen.length = 0;
  const { code, stderr } = await runCli(['run', ...args, '--pacing', 'economic', '--workers', '1', '--no-html', '--quiet', '-o', join(folder, `run-${String(Math.random())}`)]); // prettier-ignore
  // 96: three requests on a busy machine may be late.
  expect([0, 96], stderr).toContain(code);
  return [...seen].sort((a, b) => (a.url < b.url ? -1 : 1));
}

describe('what a column says is filled in', () => {
  it.each([
    ['the lean client', []],
    ['undici', ['--set', 'client=undici']],
  ])(
    'in URL, headers and bodies, by %s',
    async (_client, flags) => {
      const requests = await replayed(
        trace('flags.json'),
        ...['--backend', 'http', '--url', `${origin()}/{seq}/{model}?n={tokens}&b={blocks}`],
        ...['-H', 'x-tenant: {tenant}', '--body', BODY, ...flags],
      );
      expect(requests.map(({ url }) => url)).toEqual(
        ROWS.map(
          ({ model, tokens, blocks }, i) =>
            `/${String(i)}/${encodeURIComponent(model ?? '')}?n=${String(tokens ?? '')}&b=${(blocks ?? []).join('%2C')}`,
        ),
      );
      expect(requests.map(({ tenant }) => tenant)).toEqual(['Zo%C3%AB "x"%0D%0Ay', '', 'plain']);
      expect(requests.map(({ body }): unknown => JSON.parse(body))).toEqual(ROWS.map(bodyOf));
    },
    30_000,
  );

  it('in the payloads of a trace, and in those that a column chooses', async () => {
    const payloads = [
      { label: '1', path: '/small?m={model}', template: true, headers: { 'x-tenant': '{tenant}' } },
      { label: '3', path: '/large', template: true, json: { n: '{tokens}' } },
    ];
    const requests = await replayed(
      trace('payloads.json', { payloads }),
      ...['--where', 'tokens != null', '--payload-by', 'tokens', '--backend', 'http', '--url', origin()],
    );
    expect(requests.map(({ url, body }) => [url, body])).toEqual([
      ['/large', '{"n":"3"}'],
      [`/small?m=${encodeURIComponent('日本"\\')}`, ''],
    ]);
  }, 30_000);

  it.each([
    [
      ['--url', '{origin}/{modle}'],
      /path: \{modle\} is neither a placeholder nor a column of the trace; give one of \{seq\}, \{run\}, \{uuid\}, \{model\}/,
    ],
    [['--url', '{origin}', '-H', 'x: {none}'], /header x: \{none\} is neither/],
    [['--url', '{origin}', '--body', '{"a": {none}}'], /--body: \{none\} is neither/],
  ])('%j names a column that is not there', async (flags, tells) => {
    const { code, stderr } = await runCli(['run', trace('wrong.json'), '--backend', 'http', ...flags.map((flag) => flag.replace('{origin}', origin()))]); // prettier-ignore
    expect([code, stderr]).toEqual([2, expect.stringMatching(tells)]);
  });

  it('a column named like a placeholder is refused where it is meant', async () => {
    const path = file('seq.csv', 'at_ms,seq\n1,7\n');
    const { code, stderr } = await runCli(['run', path, '--backend', 'http', '--url', `${origin()}/{seq}`]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/\{seq\} is a placeholder, and a column of the trace has the same name; rename the column/),
    ]);
  });
});

describe('filled in, a value cannot be read as something else', () => {
  const value: fc.Arbitrary<ColumnValue | undefined> = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.array(fc.nat(), { maxLength: 4 }),
    fc.constantFrom(undefined, '\r\n\r\nGET / HTTP/1.1', '", "x": "', '\\', '</a>&amp;', '\u0000'),
  );

  it('JSON stays JSON with that value, headers stay one line, URLs one path, XML its text', () => {
    fc.assert(
      fc.property(value, (one) => {
        const bytes = (encoding: Parameters<typeof encodedValue>[1]): string =>
          Buffer.from(encodedValue(one, encoding), 'latin1').toString();
        const text = one === undefined ? '' : typeof one === 'object' ? one.join(',') : String(one).toWellFormed();
        expect(JSON.parse(`{"a":${bytes('json')}}`)).toEqual({
          a: one === undefined ? null : typeof one === 'string' ? text : JSON.parse(JSON.stringify(one)),
        });
        expect(JSON.parse(`"<${bytes('json-string')}>"`)).toBe(`<${text}>`);
        expect(bytes('header')).toMatch(/^[ -~]*$/);
        expect(bytes('url')).toMatch(/^[\w.!~*'()%-]*$/);
        expect(decodeURIComponent(bytes('url'))).toBe(text);
        expect(bytes('xml')).not.toMatch(/[<>"']|&(?!#\d+;)/);
      }),
    );
  });

  it('the bytes of HTTP/1.1 hold what the parts hold, with the length of the body', () => {
    const columns = ['a', 'b'];
    const part = fc.constantFrom('x', '{a}', '{seq}', '{uuid}', '{run}', '{b}', '{{a}}');
    const parts = fc.array(part, { maxLength: 5 }).map((all) => all.join('-'));
    fc.assert(
      fc.property(parts, parts, parts, value, value, fc.nat(1e6), (path, header, text, a, b, seq) => {
        const body = parseTemplate(text, columns);
        const template: RequestTemplate = {
          method: 'POST',
          path: parseStrictTemplate(`/${path}`, 'path', columns),
          headers: [
            ['host', 'h'],
            ['x-h', parseStrictTemplate(header, 'header', columns)],
          ],
          body: { ...body, encodings: bodyEncodings(body, 'text/plain') },
        };
        const values = {
          runId: 'run-1',
          uuidKey: [1, 2, 3, 4] as const,
          arrivals: { of: (name: string) => (name === 'a' ? a : b) },
        };
        const request = requestAt(template, values)(seq);
        const bytes = Buffer.from(requestBytes(template, values)(seq));
        const headers = bytes.toString('latin1').split('\r\n\r\n', 1)[0];
        const expectedHead = `POST ${request.path} HTTP/1.1\r\nhost: h\r\nx-h: ${request.headers[1]?.[1] ?? ''}\r\ncontent-length: ${String(request.body?.length)}`;
        expect(headers).toBe(expectedHead);
        expect(bytes.subarray(expectedHead.length + 4).equals(Buffer.from(request.body ?? []))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
