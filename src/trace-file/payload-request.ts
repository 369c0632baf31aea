import { isUserError } from '../errors.js';
import { checkGivenHeader, checkMethod, type HeaderField } from '../http-syntax.js';
import { parseStrictTemplate } from '../text/template.js';
import type { PayloadRequest } from '../trace.js';
import type { Fault } from './fault.js';
import { isObject } from './trace-header.js';

/** Keys of a payload that say how it is requested. */
export const REQUEST_KEYS = ['method', 'path', 'headers'] as const;

const MOST_PATH = 8192;
const MOST_LABEL = 200;

/** How an entry of a payload table is requested; undefined where it says nothing of that. `fills`: placeholders are filled in. */
export function payloadRequest(
  { method, path, headers }: Readonly<Record<string, unknown>>,
  {
    hasBody,
    fills,
    columns,
  }: { readonly hasBody: boolean; readonly fills: boolean; readonly columns: readonly string[] },
  fault: Fault,
): PayloadRequest | undefined {
  if (method === undefined && path === undefined && headers === undefined) return undefined;
  return {
    ...(method === undefined ? {} : { method: givenMethod(method, fault) }),
    ...(path === undefined ? {} : { path: givenPath(path, fills ? columns : undefined, fault) }),
    headers: headers === undefined ? [] : givenHeaders(headers, fills ? columns : undefined, fault),
    hasBody,
    ...(fills ? { template: true as const } : {}),
  };
}

function givenMethod(method: unknown, fault: Fault): string {
  if (typeof method !== 'string') throw fault('method: it is no text; give one such as "GET"');
  checked(() => {
    checkMethod(method);
  }, fault);
  return method;
}

/** A reference relative to `--url`: no other part may choose its host. `columns`: placeholders are filled in, these among them. */
function givenPath(path: unknown, columns: readonly string[] | undefined, fault: Fault): string {
  if (typeof path !== 'string' || path.length > MOST_PATH)
    throw fault(`path: it must be a text of at most ${String(MOST_PATH)} characters, such as "/items?page=1"`);
  const isRelative = URL.canParse(path, 'http://host/') && new URL(path, 'http://host/').origin === 'http://host';
  if (!isRelative || /^[a-z][a-z0-9+.-]*:/i.test(path) || /^[/\\]{2}/.test(path))
    throw fault('path: give path and query alone, such as "/items?page=1"; the host is that of --url');
  if (columns !== undefined) checked(() => parseStrictTemplate(path, 'path', columns), fault);
  return path;
}

/** `{"name": "value"}`, or a list of values for a field that comes more than once. */
function givenHeaders(headers: unknown, columns: readonly string[] | undefined, fault: Fault): readonly HeaderField[] {
  if (!isObject(headers)) throw fault('headers: it is no object; give {"name": "value"}');
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value: unknown): HeaderField => {
      if (typeof value !== 'string') throw fault('headers: a value is no text; give one in double quotes, or a list');
      checked(() => {
        checkGivenHeader([name, value]);
        if (columns !== undefined) parseStrictTemplate(value, `header ${name}`, columns);
      }, fault);
      return [name, value];
    }),
  );
}

function checked(check: () => void, fault: Fault): void {
  try {
    check();
  } catch (thrown) {
    throw isUserError(thrown) ? fault(thrown.message) : thrown;
  }
}

/** By what a column of the trace chooses an entry. */
export function givenLabel(label: unknown, fault: Fault): { readonly label?: string } {
  if (label === undefined) return {};
  if (typeof label !== 'string' || label === '' || label.length > MOST_LABEL)
    throw fault(`label: it must be a text of at most ${String(MOST_LABEL)} characters`);
  return { label };
}
