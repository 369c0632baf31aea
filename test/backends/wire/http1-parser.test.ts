import { describe, expect, it } from 'vitest';
import { Http1Parser } from '#src/backends/wire/http1-parser';
import { createDraw, makeAnswer } from '../../support/http-messages.js';
import { feedInPieces, tryParserLaw } from '../../support/parser-law.js';

/** The trials draw 1,000,000. */
const EVERY = 50_000;

describe('an answer', () => {
  it('is read as it was meant, in whatever pieces it comes', () => {
    const draw = createDraw(11);
    const parser = new Http1Parser();
    for (let i = 0; i < 5000; i++) {
      const made = makeAnswer(draw);
      parser.start('POST', true);
      feedInPieces(parser, made.bytes, draw);
      expect(parser.problem).toBeNull();
      expect(parser.complete).toBe(!made.untilClose);
      expect(parser.end()).toBe(true);
      expect([parser.status, latin1(parser.body()), parser.bodyBytes, parser.keepAlive]).toEqual([
        made.status,
        made.body,
        made.body.length,
        made.keepAlive,
      ]);
    }
  });

  it('is never complete before its last byte, nor while bytes are missing', () => {
    const draw = createDraw(12);
    const parser = new Http1Parser();
    for (let i = 0; i < 300; i++) {
      const { bytes, untilClose } = makeAnswer(draw);
      if (untilClose) continue;
      for (let cut = 0; cut < bytes.length; cut++) {
        parser.start('POST', false);
        parser.feed(bytes, 0, cut);
        expect(parser.complete || parser.end()).toBe(false);
        parser.feed(bytes, cut, bytes.length);
        expect(parser.complete).toBe(true);
      }
    }
  });

  it('means the same in one piece and in many, be it whole or damaged (50,000 cases)', () => {
    const { completed, refused, broken } = tryParserLaw(EVERY, 13);
    expect(broken).toBeUndefined();
    // Both ends of the law are met often, else it says nothing.
    expect(completed).toBeGreaterThan(EVERY / 5);
    expect(refused).toBeGreaterThan(EVERY / 5);
  });
});

describe('what two readers could understand differently is refused', () => {
  const refused: Readonly<Record<string, string>> = {
    'bare LF after the status': 'HTTP/1.1 200 OK\ncontent-length: 0\r\n\r\n',
    'bare LF after a field': 'HTTP/1.1 200 OK\r\ncontent-length: 0\n\r\n',
    'bare LF as the end of the head': 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\n',
    'bare CR in a value': 'HTTP/1.1 200 OK\r\nx: a\rb\r\ncontent-length: 0\r\n\r\n',
    'folded line': 'HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 0\r\n\r\n',
    'NUL in a value': 'HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 0\r\n\r\n',
    'DEL in a value': 'HTTP/1.1 200 OK\r\nx: a\x7fb\r\ncontent-length: 0\r\n\r\n',
    'a control character in the reason': 'HTTP/1.1 200 O\x1bK\r\ncontent-length: 0\r\n\r\n',
    'space before the colon': 'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n',
    'no name': 'HTTP/1.1 200 OK\r\n: 0\r\n\r\n',
    'no colon': 'HTTP/1.1 200 OK\r\nx\r\n\r\n',
    'conflicting lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    'the same length twice': 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na',
    'a list of lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\na',
    'a signed length': 'HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\na',
    'a hexadecimal length': 'HTTP/1.1 200 OK\r\ncontent-length: 0x1\r\n\r\na',
    'an empty length': 'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n',
    'a length past all numbers': 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n',
    'length and coding': 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'coding and length': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n0\r\n\r\n',
    'another coding': 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'chunked twice': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'chunked in HTTP/1.0': 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'a chunk longer than its size': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n',
    'a chunk without a size': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\na\r\n0\r\n\r\n',
    'a chunk size with a space': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n',
    'a chunk size past all numbers': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffff\r\na\r\n',
    'a chunk that ends in a bare LF': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n',
    'a malformed trailer': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n x\r\n\r\n',
    'another protocol': 'ICY 200 OK\r\n\r\n',
    'another version': 'HTTP/2.0 200 OK\r\n\r\n',
    'a status of two digits': 'HTTP/1.1 20 OK\r\n\r\n',
    'a status of four digits': 'HTTP/1.1 2000 OK\r\n\r\n',
    'a status out of range': 'HTTP/1.1 999 OK\r\n\r\n',
    'a switch of protocols': 'HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n',
    'an empty line first': '\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
    'text of no kind': 'hello there, this is no answer\r\n',
  };
  for (const [what, text] of Object.entries(refused)) {
    it(what, () => {
      const parser = parse(text);
      expect(parser.problem).not.toBeNull();
      expect(parser.complete || parser.end()).toBe(false);
      expect(parser.keepAlive).toBe(false);
    });
  }
});

describe('limits', () => {
  const field = (bytes: number): string => `x: ${'y'.repeat(bytes)}\r\n`;

  it('hold the head to its budget to the byte, interim heads included', () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\n';
    const rest = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
    const room = 64 * 1024 - interim.length - rest.length - field(0).length;
    const withField = (bytes: number): string =>
      `${interim}HTTP/1.1 200 OK\r\n${field(bytes)}content-length: 0\r\n\r\n`;
    expect(parse(withField(room)).complete).toBe(true);
    expect(parse(withField(room + 1)).problem).toBe('head over 65536 bytes');
  });

  it('end a line that never ends', () => {
    const parser = new Http1Parser();
    parser.start('GET', false);
    const flood = Buffer.alloc(8192, 'a');
    let fed = 0;
    for (; parser.problem === null && fed < 1e6; fed += flood.length) parser.feed(flood, 0, flood.length);
    expect(fed).toBeLessThanOrEqual(64 * 1024 + flood.length);
  });

  it('count interim answers without end', () => {
    expect(parse('HTTP/1.1 100 Continue\r\n\r\n'.repeat(3000)).problem).toBe('head over 65536 bytes');
  });

  it('count chunk extensions, but not plain chunk sizes', () => {
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
    const chunks = (line: string): string => `${head}${`${line}\r\na\r\n`.repeat(40_000)}0\r\n\r\n`;
    expect(parse(chunks('1')).bodyBytes).toBe(40_000);
    expect(parse(chunks('1;ext=1')).problem).toBe('head over 65536 bytes');
  });

  it.each(['length', 'chunks', 'close'])('hold the body to its budget to the byte (by %s)', (framing) => {
    const make = (bytes: number): string => {
      const body = 'b'.repeat(bytes);
      if (framing === 'length') return `HTTP/1.1 200 OK\r\ncontent-length: ${String(bytes)}\r\n\r\n${body}`;
      if (framing === 'close') return `HTTP/1.1 200 OK\r\n\r\n${body}`;
      return `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'1\r\nb\r\n'.repeat(bytes)}0\r\n\r\n`;
    };
    const fits = parse(make(100), { bodyBytes: 100 });
    expect([fits.end(), fits.bodyBytes, fits.problem]).toEqual([true, 100, null]);
    expect(parse(make(101), { bodyBytes: 100 }).problem).toBe('body over 100 bytes');
  });
});

describe('what is kept', () => {
  it('of the body: nothing of a success, the first 512 bytes of a failure', () => {
    const answer = (status: number): string =>
      `HTTP/1.1 ${String(status)} X\r\ncontent-length: 2000\r\n\r\n${'e'.repeat(2000)}`;
    const parser = new Http1Parser();
    for (const [status, kept] of [
      [200, 0],
      [503, 512],
    ] as const) {
      parser.start('GET', false);
      feedInPieces(parser, Buffer.from(answer(status)), createDraw(5));
      expect([parser.body().length, parser.bodyBytes]).toEqual([kept, 2000]);
    }
  });

  it('of the body stays as it was when the next answer is read', () => {
    const parser = parse('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc');
    const kept = parser.body();
    parser.start('GET', true);
    parser.feed(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nxyz'), 0, 41);
    expect([latin1(kept), latin1(parser.body())]).toEqual(['abc', 'xyz']);
  });

  it('of the headers: those asked for, in any case, joined', () => {
    const parser = new Http1Parser({ keepHeaders: ['x-a', 'location'] });
    parser.start('GET', false);
    const text = 'HTTP/1.1 200 OK\r\nX-A:  1 \r\nx-b: 2\r\nx-a: 3\r\ncontent-length: 0\r\n\r\n';
    parser.feed(Buffer.from(text), 0, text.length);
    expect(parser.headers).toEqual({ 'x-a': '1, 3' });
  });

  it('of the Keep-Alive hint: its seconds', () => {
    const hint = (value: string): number =>
      parse(`HTTP/1.1 200 OK\r\nkeep-alive: ${value}\r\ncontent-length: 0\r\n\r\n`).keepAliveSeconds;
    expect(['timeout=5', 'max=9, Timeout=72', 'timeout=', 'max=9', 'timeout=5s'].map(hint)).toEqual([5, 72, -1, -1, 5]);
  });
});

function parse(text: string, limits = {}): Http1Parser {
  const parser = new Http1Parser(limits);
  parser.start('GET', true);
  parser.feed(Buffer.from(text, 'latin1'), 0, text.length);
  return parser;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
