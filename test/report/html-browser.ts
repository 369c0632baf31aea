import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** The path of a Chromium, or undefined where this machine has none. */
export function findChromium(): string | undefined {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // the next name
    }
  }
  return undefined;
}

/** A page in a headless Chromium, driven by its DevTools protocol over a pipe. */
export interface Page {
  send(method: string, params?: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** The value of a JavaScript expression; awaited, as JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** What the page complained of since it was asked last: errors, warnings, refused requests, anything on the console. */
  complaints(): unknown[];
  /** Requests the page has made. */
  requests(): string[];
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

const COMPLAINTS = ['Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Log.entryAdded'];

/** A test that reads the pixels of a canvas is warned that it could do so faster. */
function isOurReading(params: Message['params']): boolean {
  return JSON.stringify(params).includes('willReadFrequently');
}

export async function openPage(chromium: string): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'replay-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-pipe'];
  const child = spawn(chromium, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => { resolve(); })); // prettier-ignore
  const [complaints, requests]: [unknown[], string[]] = [[], []];
  const pipe = openPipe(
    child.stdio[3] as Writable,
    child.stdio[4] as unknown as Readable,
    ({ method = '', params }) => {
      if (COMPLAINTS.includes(method) && !isOurReading(params)) complaints.push(params);
      if (method === 'Network.requestWillBeSent') requests.push((params?.['request'] as { url: string }).url);
    },
  );
  const targets = await pipe('Target.getTargets');
  const target = (targets['targetInfos'] as { type: string; targetId: string }[]).find(({ type }) => type === 'page');
  const attached = await pipe('Target.attachToTarget', { targetId: target?.targetId, flatten: true });
  const sessionId = attached['sessionId'] as string;
  const send: Page['send'] = (method, params = {}) => pipe(method, params, sessionId);
  for (const domain of ['Runtime', 'Log', 'Page', 'Network']) await send(`${domain}.enable`);
  return {
    send,
    async evaluate(expression) {
      const { result } = await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
      return (result as { value?: unknown }).value;
    },
    complaints: () => complaints.splice(0),
    requests: () => requests.splice(0),
    async close() {
      void pipe('Browser.close').catch(() => undefined);
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type Send = (method: string, params?: object, sessionId?: string) => Promise<Readonly<Record<string, unknown>>>;

/** Messages are JSON, each ended by a NUL. */
function openPipe(out: Writable, back: Readable, onEvent: (message: Message) => void): Send {
  const waiting = new Map<number, (message: Message) => void>();
  let text = '';
  back.setEncoding('utf8');
  back.on('data', (piece: string) => {
    const messages = (text + piece).split('\0');
    text = messages.pop() ?? '';
    for (const message of messages.map((one) => JSON.parse(one) as Message)) {
      if (message.id === undefined) onEvent(message);
      else waiting.get(message.id)?.(message);
    }
  });
  let id = 0;
  return (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      waiting.set(++id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      out.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
    });
}
