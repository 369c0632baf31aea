import { readdirSync, statSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import { printable, UserError } from '../errors.js';
import type { Payload, TensorPayload } from '../trace.js';
import { type BytesPayload, bytesPayload, JSON_TYPE, shared } from './bytes-payload.js';
import { checkTensor } from './check-tensor.js';
import { fileFault, type Fault } from './fault.js';
import { jsonBodies } from './json-bodies.js';
import { JsonSource } from './json-sources.js';
import { contentTypeOf, FILE_BYTES, OCTETS, pathInFolder, readRealFile, resolved } from './payload-file.js';
import { givenLabel, payloadRequest, REQUEST_KEYS } from './payload-request.js';
import { templatedPayload } from './templated-payload.js';
import { checkKey, isObject } from './trace-header.js';

/** One entry of a trace's payload table as it is written. */
export type PayloadEntry =
  | (RequestEntry & { readonly json: unknown })
  | (RequestEntry & { readonly text: string })
  | (RequestEntry & { readonly base64: string })
  | (RequestEntry & { readonly file: string; readonly contentType?: string })
  | RequestEntry
  | { readonly tensor: TensorPayload; readonly label?: string };

/** How an entry is requested; `template`: placeholders are filled in. */
export interface RequestEntry {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly template?: boolean;
  /** By what `--payload-by` chooses it. */
  readonly label?: string;
}

const KINDS = ['json', 'text', 'base64', 'file', 'tensor'] as const;
type PayloadKind = (typeof KINDS)[number];

const TOTAL_BYTES = 1 << 30;

/**
 * Checks a payload table from outside and fetches what it names. `folder` is the real folder of the trace, in which
 * files must lie; undefined where the trace has none (standard input), and then it may name no files.
 * `columns`: what may be filled in besides placeholders. Throws the error of `fault`, naming the entry.
 */
export function resolvePayloads(
  table: unknown,
  folder: string | undefined,
  fault: Fault,
  columns: readonly string[] = [],
): readonly Payload[] {
  if (table === undefined) return [];
  if (!Array.isArray(table)) throw fault('payloads: it is no list; give entries such as {"json": ...} between [ and ]');
  const resolve = payloadResolver(folder, columns);
  return table.map((entry: unknown, i) => resolve(entry, (text) => fault(`payloads[${String(i)}]: ${text}`)));
}

/** Checks entries of one table and fetches what they name, from the real `folder`. */
export function payloadResolver(
  folder: string | undefined,
  columns: readonly string[],
): (entry: unknown, fault: Fault) => Payload {
  const files = new FileTable(folder);
  return (entry, fault) => resolveEntry(entry, files, columns, fault);
}

/**
 * The payloads of `--payload`: one file, each regular file of a folder (sorted by name, hidden ones left out), or each
 * line of a `.jsonl` as a JSON body, byte for byte. The user named it, so it may lie anywhere. `template`: placeholders in text
 * and JSON are to be filled in. Throws `UserError`.
 */
export function readPayloadArgument(
  path: string,
  template = false,
  columns: readonly string[] = [],
): readonly Payload[] {
  const fault: Fault = (text) => new UserError(`payload ${printable(path)}: ${text}`);
  const real = resolved(path, fault);
  if (isFolder(real, fault))
    return template
      ? readFolder(real, fault).map((body) => templatedPayload(body, fault, columns))
      : readFolder(real, fault);
  const lines = /\.(jsonl|ndjson)$/i.test(path);
  const bytes = readRealFile(real, lines ? TOTAL_BYTES : FILE_BYTES, fault);
  if (lines) return jsonBodies(bytes, template ? columns : undefined, fault);
  const body = bytesPayload(contentTypeOf(path), bytes);
  return [template ? templatedPayload(body, fault, columns) : body];
}

/** Files of one table: each is read once, and all together are bounded. */
class FileTable {
  readonly #folder: string | undefined;
  readonly #read = new Map<string, Uint8Array>();
  #left = TOTAL_BYTES;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  read(name: string, fault: Fault): Uint8Array {
    if (this.#folder === undefined)
      throw fault('a trace from standard input may name no files; save the trace beside them');
    const real = pathInFolder(this.#folder, name, fault);
    const known = this.#read.get(real);
    if (known !== undefined) return known;
    const bytes = shared(readRealFile(real, FILE_BYTES, fault));
    this.#left -= bytes.length;
    if (this.#left < 0) throw fault('the files of the trace are larger than 1 GiB together; send less');
    this.#read.set(real, bytes);
    return bytes;
  }
}

function resolveEntry(entry: unknown, files: FileTable, columns: readonly string[], fault: Fault): Payload {
  const kinds = isObject(entry) ? KINDS.filter((kind) => Object.hasOwn(entry, kind)) : [];
  const [kind] = kinds;
  if (!isObject(entry)) throw fault('it is no object; give one such as {"json": ...}');
  for (const key of Object.keys(entry)) checkKey(key, keysBeside(kind), fault);
  if (kinds.length > 1) throw fault(`it must have exactly one of ${KINDS.join(', ')}`);
  const label = givenLabel(entry['label'], fault);
  if (kind === 'tensor') return { kind: 'tensor', tensor: checkTensor(entry['tensor'], fault), ...label };
  const fills = entry['template'] ?? false;
  if (typeof fills !== 'boolean') throw fault('template: it must be true or false');
  const request = payloadRequest(entry, { hasBody: kind !== undefined, fills, columns }, fault);
  if (kind === undefined && request === undefined)
    throw fault(`it must have exactly one of ${KINDS.join(', ')}, or say its ${REQUEST_KEYS.join(', ')}`);
  const body = kind === undefined ? bytesPayload(OCTETS, new Uint8Array(0)) : resolveBody(kind, entry, files, fault);
  return {
    ...(fills ? templatedPayload(body, fault, columns) : body),
    ...(request === undefined ? {} : { request }),
    ...label,
  };
}

function keysBeside(kind: PayloadKind | undefined): readonly string[] {
  if (kind === 'tensor') return ['tensor', 'label'];
  const more = kind === 'file' ? ['contentType'] : [];
  return [...(kind === undefined ? KINDS : [kind]), ...more, ...REQUEST_KEYS, 'template', 'label'];
}

function resolveBody(
  kind: Exclude<PayloadKind, 'tensor'>,
  entry: Readonly<Record<string, unknown>>,
  files: FileTable,
  fault: Fault,
): BytesPayload {
  if (kind === 'json') return bytesPayload(JSON_TYPE, Buffer.from(jsonText(entry['json'])));
  const text = entry[kind];
  if (typeof text !== 'string') throw fault(`${kind}: it is no text; give one in double quotes`);
  if (kind === 'text') return bytesPayload('text/plain; charset=utf-8', Buffer.from(text));
  if (kind === 'base64') return bytesPayload(OCTETS, decodeBase64(text, fault));
  const within: Fault = (what) => fault(`file ${printable(text, 120)}: ${what}`);
  return {
    kind: 'bytes',
    contentType: checkContentType(entry['contentType'], text, fault),
    bytes: files.read(text, within),
  };
}

/** Parsers hand on what was written. */
function jsonText(value: unknown): string {
  if (!(value instanceof JsonSource)) throw new Error('a payload of JSON has lost its source');
  return value.text;
}

/** Strict (RFC 4648, section 4): padded, no spaces, no stray bits. */
function decodeBase64(text: string, fault: Fault): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw fault('base64: it is not base64; use A-Z a-z 0-9 + / and pad with =');
  return bytes;
}

function checkContentType(contentType: unknown, name: string, fault: Fault): string {
  if (contentType === undefined) return contentTypeOf(name);
  const token = "[\\w!#$%&'*+.^`|~-]+";
  const grammar = new RegExp(`^${token}/${token}( *; *${token}=(${token}|"[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*"))*$`);
  const valid = typeof contentType === 'string' && contentType.length <= 200 && grammar.test(contentType);
  if (!valid) throw fault('contentType: it is no media type; give one such as image/jpeg');
  return contentType;
}

function isFolder(real: string, fault: Fault): boolean {
  try {
    return statSync(real).isDirectory();
  } catch (error) {
    throw fileFault(error, fault, 'read');
  }
}

function readFolder(folder: string, fault: Fault): readonly BytesPayload[] {
  let left = TOTAL_BYTES;
  const payloads = regularFiles(folder, fault).map((path) => {
    const payload = bytesPayload(
      contentTypeOf(path),
      readRealFile(path, FILE_BYTES, (text) => fault(`file ${printable(basename(path), 120)}: ${text}`)),
    );
    left -= payload.bytes.length;
    if (left < 0) throw fault('its files are larger than 1 GiB together; send less');
    return { ...payload, label: parse(path).name };
  });
  if (payloads.length === 0) throw fault('the folder holds no file that is not hidden; put payloads into it');
  return payloads;
}

/** Symbolic links to regular files count. Sorted by UTF-16 code units, alike in every locale. */
function regularFiles(folder: string, fault: Fault): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
    const paths = names.sort().map((name) => join(folder, name));
    return paths
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
      .map((path) => resolved(path, fault));
  } catch (error) {
    throw fileFault(error, fault, 'read');
  }
}
