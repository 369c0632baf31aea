import { UserError } from '../errors.js';
import type { PayloadEntry } from '../trace-file/payloads.js';
import { JsonSource } from '../trace-file/json-sources.js';
import { valueAt } from '../trace-file/read-rows.js';
import type { Traffic } from './traffic.js';

/** Targets of vegeta as JSON lines, one for each arrival in order (`vegeta attack -format=json`). vegeta takes no times: it has `-rate`. */
export function* vegetaText(traffic: Traffic, url: string | undefined): Generator<string> {
  const at = (name: string): number => traffic.columns.findIndex((column) => column.name === name);
  const [methodAt, pathAt, urlAt] = [at('method'), at('path'), at('url')];
  for (const { keys, columns } of traffic.chunks()) {
    let text = '';
    const payload = columns[traffic.columns.length];
    const textOf = (i: number, row: number): string | undefined => {
      const values = columns[i];
      return values === undefined ? undefined : (valueAt(values, row) as string | undefined);
    };
    for (let row = 0; row < keys.length; row++) {
      const entry = payload?.type === 'number' ? traffic.payloads[payload.values[row] as number] : undefined;
      const own =
        entry === undefined
          ? { method: textOf(methodAt, row), path: textOf(urlAt, row) ?? textOf(pathAt, row) }
          : requestOf(entry);
      text += `${JSON.stringify({ ...own, method: own.method ?? 'POST', path: undefined, url: whole(own.path, url) })}\n`;
    }
    yield text;
  }
}

interface Request {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly header?: Readonly<Record<string, readonly string[]>>;
  /** Base64. */
  readonly body?: string;
}

function requestOf(entry: PayloadEntry): Request {
  if ('tensor' in entry || 'file' in entry)
    throw new UserError('--to vegeta: the trace has tensors or files for payloads, which a target cannot hold');
  const { method, path, headers = {} } = entry;
  const body = bodyOf(entry);
  const all = { ...('json' in entry ? { 'Content-Type': 'application/json' } : {}), ...headers };
  const header = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value].flat()]));
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    path,
    ...(Object.keys(header).length === 0 ? {} : { header }),
    ...(body === undefined ? {} : { body: Buffer.from(body).toString('base64') }),
  };
}

function bodyOf(entry: PayloadEntry): string | Uint8Array | undefined {
  if ('json' in entry) return entry.json instanceof JsonSource ? entry.json.text : JSON.stringify(entry.json);
  if ('text' in entry) return entry.text;
  return 'base64' in entry ? Buffer.from(entry.base64, 'base64') : undefined;
}

function whole(path: string | undefined, url: string | undefined): string {
  if (path !== undefined && /^https?:\/\//i.test(path)) return path;
  if (url === undefined) throw new UserError('--to vegeta: say where the requests go with --url http://host/');
  return path === undefined ? url : new URL(path, url).href;
}
