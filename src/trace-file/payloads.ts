import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { printable, UserError } from '../errors.js';
import { TENSOR_DTYPES, type Payload, type TensorDtype, type TensorPayload } from '../trace.js';
import { fileFault, type Fault } from './fault.js';
import { JsonSource } from './json-sources.js';
import { contentTypeOf, FILE_BYTES, OCTETS, pathInFolder, readRealFile, resolved } from './payload-file.js';
import { decodeUtf8, parseStrictJson } from './strict-json.js';
import { checkKey, isObject } from './trace-header.js';

/** One entry of a trace's payload table as it is written. */
export type PayloadEntry =
  | { readonly json: unknown }
  | { readonly text: string }
  | { readonly base64: string }
  | { readonly file: string; readonly contentType?: string }
  | { readonly tensor: TensorPayload };

const KINDS = ['json', 'text', 'base64', 'file', 'tensor'] as const;
const JSON_TYPE = 'application/json';

const TOTAL_BYTES = 1 << 30;
const MOST_DIMENSIONS = 32;
const ELEMENT_BYTES: Readonly<Record<TensorDtype, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  uint8: 1,
  int8: 1,
  bool: 1,
};

/** From this size on, bytes are shared between threads instead of copied to each. */
const SHARED_FROM = 16 << 10;

/**
 * Checks a payload table from outside and fetches what it names. `folder` is the real folder of the trace, in which
 * files must lie; undefined where the trace has none (standard input), and then it may name no files.
 * Throws the error of `fault`, naming the entry.
 */
export function resolvePayloads(table: unknown, folder: string | undefined, fault: Fault): readonly Payload[] {
  if (table === undefined) return [];
  if (!Array.isArray(table)) throw fault('payloads: it is no list; give entries such as {"json": ...} between [ and ]');
  const files = new FileTable(folder);
  return table.map((entry: unknown, i) =>
    resolveEntry(entry, files, (text) => fault(`payloads[${String(i)}]: ${text}`)),
  );
}

/**
 * The payloads of `--payload`: one file, each regular file of a folder (sorted by name, hidden ones left out), or each
 * line of a `.jsonl` as a JSON body, byte for byte. The user named it, so it may lie anywhere. Throws `UserError`.
 */
export function readPayloadArgument(path: string): readonly Payload[] {
  const fault: Fault = (text) => new UserError(`payload ${printable(path)}: ${text}`);
  const real = resolved(path, fault);
  if (isFolder(real, fault)) return readFolder(real, fault);
  const lines = /\.(jsonl|ndjson)$/i.test(path);
  const bytes = readRealFile(real, lines ? TOTAL_BYTES : FILE_BYTES, fault);
  return lines ? jsonBodies(bytes, fault) : [bytesPayload(contentTypeOf(path), bytes)];
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

function resolveEntry(entry: unknown, files: FileTable, fault: Fault): Payload {
  const kinds = isObject(entry) ? KINDS.filter((kind) => Object.hasOwn(entry, kind)) : [];
  const [kind] = kinds;
  if (!isObject(entry)) throw fault('it is no object; give one such as {"json": ...}');
  for (const key of Object.keys(entry)) checkKey(key, kind === 'file' ? ['file', 'contentType'] : KINDS, fault);
  if (kind === undefined || kinds.length > 1) throw fault(`it must have exactly one of ${KINDS.join(', ')}`);
  if (kind === 'json') return bytesPayload(JSON_TYPE, Buffer.from(jsonText(entry['json'])));
  if (kind === 'tensor') return { kind: 'tensor', tensor: checkTensor(entry['tensor'], fault) };
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

function checkTensor(tensor: unknown, fault: Fault): TensorPayload {
  if (!isObject(tensor)) throw fault('tensor: it is no object; give {"shape": [1, 3], "dtype": "float32", "seed": 1}');
  for (const key of Object.keys(tensor)) checkKey(key, ['shape', 'dtype', 'seed'], fault);
  const { shape, dtype, seed } = tensor as {
    readonly shape?: unknown;
    readonly dtype?: unknown;
    readonly seed?: unknown;
  };
  if (!isDtype(dtype)) throw fault(`tensor: dtype is not known; give one of ${TENSOR_DTYPES.join(', ')}`);
  if (!isShape(shape))
    throw fault(`tensor: shape must be at most ${String(MOST_DIMENSIONS)} whole numbers from 1 on; correct it`);
  if (!Number.isSafeInteger(seed) || Number(seed) < 0)
    throw fault('tensor: seed must be a whole number from 0 on; correct it');
  const bytes = shape.reduce((product, size) => product * size, ELEMENT_BYTES[dtype]);
  if (bytes > FILE_BYTES)
    throw fault(`tensor: it is larger than ${String(FILE_BYTES >> 20)} MiB; give a smaller shape`);
  return { shape, dtype, seed: Number(seed) };
}

function isDtype(dtype: unknown): dtype is TensorDtype {
  return TENSOR_DTYPES.some((known) => known === dtype);
}

function isShape(shape: unknown): shape is readonly number[] {
  return (
    Array.isArray(shape) &&
    shape.length <= MOST_DIMENSIONS &&
    shape.every((size) => Number.isSafeInteger(size) && Number(size) >= 1)
  );
}

function bytesPayload(contentType: string, bytes: Uint8Array): Payload {
  return { kind: 'bytes', contentType, bytes: shared(bytes) };
}

/** Large bytes on shared memory; small ones on memory of their own, so that no pool goes along. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(
    bytes.length < SHARED_FROM ? new ArrayBuffer(bytes.length) : new SharedArrayBuffer(bytes.length),
  );
  copy.set(bytes);
  return copy;
}

function isFolder(real: string, fault: Fault): boolean {
  try {
    return statSync(real).isDirectory();
  } catch (error) {
    throw fileFault(error, fault, 'read');
  }
}

function readFolder(folder: string, fault: Fault): readonly Payload[] {
  let left = TOTAL_BYTES;
  const payloads = regularFiles(folder, fault).map((path) => {
    const payload = bytesPayload(
      contentTypeOf(path),
      readRealFile(path, FILE_BYTES, (text) => fault(`file ${printable(basename(path), 120)}: ${text}`)),
    );
    left -= payload.kind === 'bytes' ? payload.bytes.length : 0;
    if (left < 0) throw fault('its files are larger than 1 GiB together; send less');
    return payload;
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

function jsonBodies(bytes: Uint8Array, fault: Fault): readonly Payload[] {
  const payloads: Payload[] = [];
  let line = 0;
  for (let start = 0; start < bytes.length; line++) {
    const lineEnd = bytes.indexOf(10, start);
    const end = lineEnd < 0 ? bytes.length : lineEnd;
    const body = jsonBody(bytes.subarray(start, end), (text) => fault(`line ${String(line + 1)}: ${text}`));
    if (body !== undefined) payloads.push(bytesPayload(JSON_TYPE, body));
    start = end + 1;
  }
  if (payloads.length === 0) throw fault('it is empty; write one JSON body per line into it');
  return payloads;
}

/** Undefined for a blank line. */
function jsonBody(line: Uint8Array, fault: Fault): Uint8Array | undefined {
  if (line.length > FILE_BYTES) throw fault(`it is longer than ${String(FILE_BYTES >> 20)} MiB; send less`);
  const text = decodeUtf8(line)
    ?.replace(/^\ufeff/, '')
    .trim();
  if (text === undefined) throw fault('it is not UTF-8; save the file as UTF-8');
  if (text === '') return undefined;
  const parsed = parseStrictJson(text);
  if (!parsed.ok) throw fault(parsed.why);
  return Buffer.from(text);
}
