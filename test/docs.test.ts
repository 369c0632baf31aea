import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLoopbackService, type LoopbackService } from './support/loopback-service.js';
import { ROOT, type Finished } from './support/run-cli.js';
import { atMost, isPlain, makeScratch, shortened, type Scratch } from './support/scratch.js';

let scratch: Scratch;
let service: LoopbackService;
beforeAll(async () => {
  [scratch, service] = await Promise.all([makeScratch(), openLoopbackService()]);
});
afterAll(() => {
  service.close();
  scratch.remove();
});

describe('links', () => {
  it.each(pages())('%s: every link leads to a file, and to a heading in it', (page) => {
    const broken = linksOf(page).filter(({ target, anchor }) => {
      if (!existsSync(resolve(ROOT, target))) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('every page is reachable from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached)
      if (page.endsWith('.md') && existsSync(join(ROOT, page)))
        for (const { target } of linksOf(page)) reached.add(target);
    expect(pages().filter((page) => !reached.has(page))).toEqual([]);
  });
});

/** Pages whose commands stand here to be typed; those of the README's first block build and test. */
const TYPED = [
  'README.md',
  'docs/quick-start.md',
  'docs/config.md',
  'docs/export.md',
  'docs/reading-a-report.md',
  'docs/coming-from-k6-vegeta-wrk2.md',
];

it('the commands of the pages do what they say', { timeout: 300_000 }, async () => {
  for (const { command, code, stderr } of await tried()) {
    // 96: this machine was too busy to measure, which is no fault of the page.
    expect([0, 96], `${command}\n${stderr}`).toContain(code);
  }
});

it('what makes a run invalid: the first command is INVALID, the second is not', async () => {
  const page = 'docs/what-makes-a-run-invalid.md';
  const codes = (await scratch.replayLines(commandsOf(page).map((line) => `${line} --no-html`))).map(
    ({ code }) => code,
  );
  expect(codes).toEqual([96, 0]);
});

it('reading a report: the report shown is that of the command', async () => {
  const page = 'docs/reading-a-report.md';
  const shown = (await tried()).find(({ command }) => command === commandsOf(page)[0]);
  expect(shown?.stdout.startsWith(blocks(page, 'text')[0] ?? 'nothing')).toBe(true);
});

it('the file of the page on configuration runs as it is', async () => {
  mkdirSync(join(scratch.folder, 'mine'));
  writeFileSync(join(scratch.folder, 'mine/example.yaml'), blocks('docs/config.md', 'yaml')[0] ?? '');
  const { code, stderr } = await scratch.sh('replay --config mine/example.yaml');
  expect([code, stderr.split('\n')[0]]).toEqual([
    0,
    expect.stringMatching(/^from REPLAY_RUN_PACING: pacing; from mine\/example.yaml: trace, /),
  ]);
});

describe('which system', () => {
  const page = 'docs/which-system.md';
  const [p99, cost] = tablesOf(page).slice(-2);
  const workloads = ['workload-40', 'workload-120', 'workload-200'].map(
    (name) => JSON.parse(read(`traces/${name}.json`)) as { atMs: number[]; durationMs: number },
  );

  it('each p99 is that of a queue with this many servers', () => {
    const queues = [
      [Infinity, 80],
      [8, 60],
      [16, 60],
      [1, 6],
    ] as const;
    for (const [row, [servers, serviceMs]] of queues.entries())
      for (const [column, { atMs }] of workloads.entries())
        within(p99?.[row]?.[column], queueP99(atMs, servers, serviceMs), 0.0015);
  });

  it('each cost is hours or requests times their price', () => {
    for (const [column, { atMs, durationMs }] of workloads.entries()) {
      const hourly = (price: number): number => (((durationMs / 3_600_000) * price) / atMs.length) * 1e6;
      const lambda = (2e-7 + 0.08 * 2 * 0.0000166667) * 1e6;
      const expected = [lambda, hourly(0.56), hourly(1.12), hourly(0.379998 + 0.35)];
      for (const [row, usd] of expected.entries()) within(cost?.[row]?.[column], usd, 0.003);
    }
  });

  it('and the commands shown say the same of the third trace', async () => {
    const said = await scratch.replayLines(
      commandsOf(page).map((line) => `${line} --json${line.includes('estimate') ? '' : ' --no-html'}`),
    );
    const values = said.map(({ stdout }) => {
      const { sections, cost: estimated } = JSON.parse(stdout) as {
        sections?: { latency: { all: { p99Ms: number } } };
        cost?: { total: number };
      };
      return sections?.latency.all.p99Ms ?? ((estimated?.total ?? NaN) / 18_000) * 1e6;
    });
    const third = (table: Table | undefined): (number | undefined)[] => [0, 1, 3, 2].map((row) => table?.[row]?.[2]);
    const [function_, one, two, gpu] = [0, 1, 2, 3].map((row) => cost?.[row]?.[2]);
    const shown = [...third(p99), function_, one, two, gpu];
    expect(values).toHaveLength(8);
    for (const [i, value] of values.entries()) within(shown[i], value, 0.0035);
  });
});

/** First come, first served: a request starts when it is there and the server that is free first is. Nearest rank. */
function queueP99(atMs: readonly number[], servers: number, serviceMs: number): number {
  const freeMs: number[] = Array<number>(Math.min(servers, atMs.length)).fill(0);
  const response = atMs.map((arrivalMs, i) => {
    const server = i % freeMs.length; // equal service times: servers come free in turn
    freeMs[server] = Math.max(arrivalMs, freeMs[server] ?? 0) + serviceMs;
    return freeMs[server] - arrivalMs;
  });
  return response.sort((a, b) => a - b)[Math.ceil(0.99 * response.length) - 1] ?? NaN;
}

function within(shown: number | undefined, value: number, share: number): void {
  expect(Math.abs((shown ?? NaN) - value)).toBeLessThan(value * share + 0.06);
}

type Table = readonly (readonly number[])[];

/** Numbers of the tables of a page, without the first column. */
function tablesOf(page: string): Table[] {
  const tables = read(page)
    .split('\n\n')
    .filter((part) => part.startsWith('| '));
  return tables.map((table) =>
    table
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').slice(2, -1).map(Number)),
  );
}

interface Ran extends Finished {
  readonly command: string;
}

/** The lines of the pages that are to be typed, each once and in their order; those that need a shell after the others. */
function tried(): Promise<Ran[]> {
  return (trying ??= tryAll());
}
let trying: Promise<Ran[]> | undefined;

async function tryAll(): Promise<Ran[]> {
  // What is the same on two pages, once shortened, is tried once.
  const lines = [...new Set(TYPED.flatMap(commandsOf).map((line) => shortened(line, service.url)))];
  const plain = lines.filter(isPlain);
  const ran = (await scratch.replayLines(plain)).map((one, i) => ({ command: plain[i] ?? '', ...one }));
  const others = lines.filter((line) => !isPlain(line));
  const more = await atMost(
    2,
    others.map((command) => async () => ({ command, ...(await scratch.sh(command)) })),
  );
  return [...ran, ...more];
}

/** Lines to be typed, as they stand; what a generated trace is called may not be what others replay. */
function commandsOf(page: string): string[] {
  const lines = blocks(page, 'sh').flatMap((block) => block.trim().split('\n'));
  return lines
    .filter((line) => /^([A-Z_]+=\S+ )*replay /.test(line))
    .map((line) => (line.includes(' generate ') ? line.replace('-o trace.json', '-o generated.json') : line));
}

function blocks(page: string, language: string): string[] {
  return [...read(page).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1] ?? '');
}

function linksOf(page: string): { target: string; anchor: string | undefined }[] {
  const links = [...read(page).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]+))?[^)]*\)/g)];
  return links
    .filter(([, path = '']) => !/^[a-z]+:/.test(path))
    .map(([, path = '', anchor]) => ({ target: path === '' ? page : normalize(join(dirname(page), path)), anchor }));
}

/** As a reader of Markdown names them. */
function anchorsOf(page: string): string[] {
  const headings = [...read(page).matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '');
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function pages(): string[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return ['README.md', ...below.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
}

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}
