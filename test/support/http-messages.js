/** Marsaglia's xorshift32: cheap, seeded. */
export function createDraw(seed) {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const STATUSES = [200, 200, 200, 201, 204, 206, 301, 304, 400, 404, 429, 500, 503];
const OTHER_FIELDS = [
  'Server: made',
  'Content-Type: application/json',
  'X-Empty:',
  'x-latin: caf\xe9',
  'Location:  \t/there ',
  'Keep-Alive: timeout=7, max=3',
  'Content-Lengthy: 9',
];
const INTERIM = [
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n',
  'HTTP/1.1 102 \r\n\r\n',
];
const BODIES = ['', 'ok', '{"predictions":[[0.5,1.25]]}', 'HTTP/1.1 200 OK\r\n\r\n', '\r\n0\r\n\r\n', 'x'.repeat(300)];

/** One valid answer of any kind. */
export function makeAnswer(draw) {
  const status = pick(draw, STATUSES);
  const hasNoBody = status === 204 || status === 304;
  const body = hasNoBody ? '' : pick(draw, BODIES);
  const framing = hasNoBody ? 'none' : pick(draw, ['length', 'length', 'chunked', 'close']);
  const connection = pick(draw, [
    '',
    '',
    'Connection: close\r\n',
    'connection: Keep-Alive\r\n',
    'Connection: foo, close\r\n',
  ]);
  const minor = framing === 'chunked' ? 1 : draw(8) === 0 ? 0 : 1;
  const fields = Array.from({ length: draw(4) }, () => `${pick(draw, OTHER_FIELDS)}\r\n`).join('');
  const interim = Array.from({ length: draw(8) === 0 ? 1 + draw(2) : 0 }, () => pick(draw, INTERIM)).join('');
  const head = `HTTP/1.${minor} ${status} ${pick(draw, ['OK', '', 'Not So Good'])}\r\n${fields}${connection}`;
  const keepAlive =
    framing !== 'close' && !connection.includes('close') && (minor === 1 || connection.includes('Keep'));
  const text = `${interim}${head}${framed(draw, framing, body)}`;
  return {
    bytes: Uint8Array.from(Buffer.from(text, 'latin1')),
    status,
    body,
    keepAlive,
    untilClose: framing === 'close',
  };
}

function framed(draw, framing, body) {
  if (framing === 'length') return `Content-Length: ${body.length}\r\n\r\n${body}`;
  if (framing !== 'chunked') return `\r\n${body}`;
  let chunks = '';
  for (let at = 0; at < body.length;) {
    const size = Math.min(1 + draw(40), body.length - at);
    const extension = draw(4) === 0 ? ';name=value' : '';
    chunks += `${size.toString(16)}${extension}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  const trailers = draw(3) === 0 ? 'x-checksum: 17\r\n' : '';
  return `Transfer-Encoding: chunked\r\n\r\n${chunks}${pick(draw, ['0', '00', '0;last'])}\r\n${trailers}\r\n`;
}

const LIKELY = Buffer.from('\r\n :;,\t\x000159aAfFgHTPc-\x7f\xff', 'latin1');

const MOST_REPEATED = 23;

/** One to three small damages: a byte changed, left out, doubled, or a stretch repeated. */
export function damage(bytes, draw) {
  let times = 1 + draw(3);
  // In place: nothing grows by more than a repeated stretch.
  const room = new Uint8Array(bytes.length + times * MOST_REPEATED);
  room.set(bytes);
  let length = bytes.length;
  for (; times > 0; times--) {
    const at = draw(Math.max(1, length));
    const kind = draw(4);
    if (kind === 0) {
      const byte = LIKELY[draw(LIKELY.length)] ?? 0;
      if (at < length) room[at] = byte;
    } else {
      const resumed = kind === 1 ? at + 1 : kind === 2 ? at : Math.max(0, at - draw(MOST_REPEATED + 1));
      // The bytes up to `at`, then those from `resumed` on.
      room.copyWithin(at, resumed, length);
      length = Math.max(at, length + at - resumed);
    }
  }
  return room.subarray(0, length);
}

function pick(draw, choices) {
  return choices[draw(choices.length)];
}
