import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../errors.js';
import { fileFault, type Fault } from './fault.js';
import { isGzip } from './trace-format.js';

const READ_BYTES = 1 << 20;

/** Deflate cannot exceed 1,032 : 1 (zlib's technical notes), and no trace comes near: 1,000 is only reached on purpose. */
const MOST_RATIO = 1000;
const RATIO_COUNTS_FROM = 64 << 20;

export type Bytes = AsyncIterable<Buffer>;

/** An opened regular file. `folder` is its real folder, symbolic links resolved. */
export interface OpenedFile {
  readonly bytes: Bytes;
  readonly folder: string;
  close(): Promise<void>;
}

/** Opens a regular file without ever waiting (a FIFO is refused); `UserError` when that fails. */
export async function openTraceFile(path: string, fault: Fault): Promise<OpenedFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await handle.stat();
    if (facts.isDirectory()) throw fault('it is a folder; name a file in it');
    if (!facts.isFile()) throw fault('it is no regular file; send it to standard input and read -');
    const opened = handle;
    return { bytes: readChunks(opened), folder: dirname(await realpath(path)), close: () => opened.close() };
  } catch (error) {
    await handle?.close();
    throw fileFault(error, fault, 'read');
  }
}

/** The bytes with their first ones looked at: `head` holds what `enough` asked for, or all there is. */
export async function peek(
  bytes: Bytes,
  enough: (head: Buffer) => boolean,
): Promise<{ readonly head: Buffer; readonly bytes: Bytes }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (!enough(head)) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, bytes: resumed(head, iterator) };
}

/** Undoes gzip where `gzip` says so, and turns away what is broken, cut off, or larger than `maxBytes`. */
export async function* plainBytes(bytes: Bytes, gzip: boolean, maxBytes: number, fault: Fault): AsyncGenerator<Buffer> {
  const begin = await peek(bytes, (head) => head.length >= 2);
  if (isGzip(begin.head) && !gzip) throw fault('it is compressed with gzip; add .gz to its name');
  if (!isGzip(begin.head) && gzip && begin.head.length > 0)
    throw fault('it is not compressed with gzip; take .gz off its name');
  let total = 0;
  for await (const chunk of gzip ? gunzipped(begin.bytes, fault) : begin.bytes) {
    total += chunk.length;
    if (total > maxBytes) throw fault(`it holds more than ${String(maxBytes)} bytes; split it, or raise the limit`);
    yield chunk;
  }
}

/** The same bytes; errors of the system become the user's. */
export async function* readable(bytes: AsyncIterable<Uint8Array>, fault: Fault): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of bytes) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
  } catch (error) {
    throw fileFault(error, fault, 'read');
  }
}

async function* readChunks(handle: FileHandle): AsyncGenerator<Buffer> {
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* resumed(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* gunzipped(bytes: Bytes, fault: Fault): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  // Its failures also end the loop below. Not awaited: a source that says nothing more must not hold up an error.
  pipeline(bytes, gunzip).catch(() => undefined);
  let total = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > RATIO_COUNTS_FROM && total > MOST_RATIO * gunzip.bytesWritten)
        throw fault('it unpacks to over 1,000 times its size, as only an attack does; it is refused');
      yield chunk;
    }
  } catch (error) {
    throw gzipFault(error, fault);
  } finally {
    gunzip.destroy();
  }
}

function gzipFault(error: unknown, fault: Fault): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return fault('its gzip data ends in the middle; fetch the file again');
  return code.startsWith('Z_') ? fault(`its gzip data is broken (${messageOf(error)}); fetch the file again`) : error;
}
