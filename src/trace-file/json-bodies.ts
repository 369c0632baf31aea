import type { Payload } from '../trace.js';
import { bytesPayload, JSON_TYPE } from './bytes-payload.js';
import { controlByteCheck } from './control-bytes.js';
import type { Fault } from './fault.js';
import { FILE_BYTES } from './payload-file.js';
import { decodeUtf8, parseStrictJson } from './strict-json.js';
import { exampleOf, templatedPayload } from './templated-payload.js';

/** The JSON bodies of the lines, byte for byte. `columns`: placeholders are filled in, and these; undefined: nothing is. */
export function jsonBodies(
  bytes: Uint8Array,
  columns: readonly string[] | undefined,
  fault: Fault,
): readonly Payload[] {
  const payloads: Payload[] = [];
  controlByteCheck(fault)(bytes);
  let line = 0;
  for (let start = 0; start < bytes.length; line++) {
    const lineEnd = bytes.indexOf(10, start);
    const end = lineEnd < 0 ? bytes.length : lineEnd;
    const here: Fault = (text) => fault(`line ${String(line + 1)}: ${text}`);
    const text = jsonBody(bytes.subarray(start, end), columns, here);
    const body = text === undefined ? undefined : bytesPayload(JSON_TYPE, Buffer.from(text));
    if (body !== undefined) payloads.push(columns === undefined ? body : templatedPayload(body, here, columns));
    start = end + 1;
  }
  if (payloads.length === 0) throw fault('it is empty; write one JSON body per line into it');
  return payloads;
}

/** Undefined for a blank line. */
function jsonBody(line: Uint8Array, columns: readonly string[] | undefined, fault: Fault): string | undefined {
  if (line.length > FILE_BYTES) throw fault(`it is longer than ${String(FILE_BYTES >> 20)} MiB; send less`);
  const text = decodeUtf8(line)
    ?.replace(/^\ufeff/, '')
    .trim();
  if (text === undefined) throw fault('it is not UTF-8; save the file as UTF-8');
  if (text === '') return undefined;
  const parsed = parseStrictJson(columns === undefined ? text : exampleOf(text, columns));
  if (!parsed.ok) throw fault(parsed.why);
  return text;
}
