import type { Socket } from 'node:net';
import { listen, type LoopbackServer } from '../backends/wire/loopback-server.js';

/** The service's end of one connection of HTTP/2, which may do what no library does. */
export class RawPeer {
  readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Status 200, and fields of an HPACK block, literal. */
  headers(stream: number, { end = false, fields = {} as Readonly<Record<string, string>> } = {}): void {
    const block = [Buffer.of(0x88), ...Object.entries(fields).map(literal)];
    this.frame(1, 4 | Number(end), stream, Buffer.concat(block));
  }

  data(stream: number, text: string, end = false): void {
    this.frame(0, Number(end), stream, Buffer.from(text));
  }

  reset(stream: number, code: number): void {
    this.frame(3, 0, stream, words(code));
  }

  goAway(lastStream: number, code: number): void {
    this.frame(7, 0, 0, words(lastStream, code));
  }

  frame(type: number, flags: number, stream: number, payload: Uint8Array): void {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    this.socket.write(Buffer.concat([head, payload]));
  }
}

function literal([name, value]: readonly [string, string]): Buffer {
  return Buffer.concat([Buffer.of(0, name.length), Buffer.from(name), Buffer.of(value.length), Buffer.from(value)]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i));
  return bytes;
}

const PREFACE_BYTES = 24;
const HEADERS = 1;
const SETTINGS = 4;

/** Calls `onRequest` for the head of each request: the connection's end, the stream, and how many-th request of all it is. */
export function rawHttp2(onRequest: (peer: RawPeer, stream: number, nth: number) => void): Promise<LoopbackServer> {
  let requests = 0;
  return listen((socket) => {
    const peer = new RawPeer(socket);
    let bytes = Buffer.alloc(0);
    let begun = false;
    peer.frame(SETTINGS, 0, 0, Buffer.alloc(0));
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!begun && bytes.length < PREFACE_BYTES) return;
      if (!begun) bytes = bytes.subarray(PREFACE_BYTES);
      begun = true;
      for (let length = lengthOf(bytes); length <= bytes.length; length = lengthOf(bytes)) {
        const [type, flags, stream] = [bytes[3], bytes[4] ?? 0, bytes.readUInt32BE(5)];
        bytes = bytes.subarray(length);
        if (type === SETTINGS && (flags & 1) === 0) peer.frame(SETTINGS, 1, 0, Buffer.alloc(0));
        if (type === HEADERS) onRequest(peer, stream, requests++);
      }
    });
  });
}

function lengthOf(bytes: Buffer): number {
  return bytes.length < 9 ? Infinity : 9 + bytes.readUIntBE(0, 3);
}
