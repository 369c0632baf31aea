import type { Bytes } from './byte-source.js';
import type { Fault } from './fault.js';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const DELETE = 127;

/**
 * The same bytes. Throws the error of `fault`, with row and column, at a control byte other than tab, LF and CR: no format
 * of a trace has a use for one, and a block of them is what a failed disk leaves in place of rows.
 */
export async function* withoutControlBytes(bytes: Bytes, fault: Fault): AsyncGenerator<Buffer> {
  const check = controlByteCheck(fault);
  for await (const chunk of bytes) {
    check(chunk);
    yield chunk;
  }
}

/** Checks the chunks of one text, in order. */
export function controlByteCheck(fault: Fault): (chunk: Uint8Array) => void {
  let line = 1;
  let lineFrom = 0;
  let offset = 0;
  return (chunk) => {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte >= SPACE && byte !== DELETE) continue;
      if (byte === LF) {
        line++;
        lineFrom = offset + i + 1;
      } else if (byte !== TAB && byte !== CR) {
        throw fault(`line ${String(line)}, column ${String(offset + i + 1 - lineFrom)}: ${defect(byte)}`);
      }
    }
    offset += chunk.length;
  };
}

function defect(byte: number): string {
  const name = byte === 0 ? 'a NUL byte' : `the control byte 0x${byte.toString(16).padStart(2, '0')}`;
  return `it is ${name}, and a text has none; the file is damaged, or is not UTF-8: fetch it again or save it as UTF-8`;
}
