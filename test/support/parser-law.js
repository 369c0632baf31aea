import { Http1Parser } from '#src/backends/wire/http1-parser';
import { createDraw, damage, makeAnswer } from './http-messages.js';

const SEEDS = 4000;

/**
 * The law of the parser: an answer, whole or damaged, means the same in one piece and in many. Tries `cases` of them;
 * resolves with how many were complete and refused, and with the first for which it does not hold.
 */
export function tryParserLaw(cases, seed) {
  const draw = createDraw(seed);
  const options = { keepHeaders: ['location'] };
  const [whole, pieces] = [new Http1Parser(options), new Http1Parser(options)];
  const answers = Array.from({ length: SEEDS }, () => makeAnswer(draw).bytes);
  const counts = { completed: 0, refused: 0 };
  for (let i = 0; i < cases; i++) {
    const bytes = damage(answers[i % SEEDS], draw);
    const method = i % 16 === 0 ? 'HEAD' : 'POST';
    whole.start(method, true);
    pieces.start(method, true);
    const used = whole.feed(bytes, 0, bytes.length);
    const usedInPieces = feedInPieces(pieces, bytes, draw);
    if (used !== usedInPieces || whole.end() !== pieces.end() || !agree(whole, pieces)) {
      const text = JSON.stringify(Buffer.from(bytes).toString('latin1'));
      return { ...counts, broken: `case ${i}: ${text} ${describe(whole)} ${describe(pieces)}` };
    }
    if (whole.complete) counts.completed++;
    if (whole.problem !== null) counts.refused++;
  }
  return counts;
}

/** Feeds pieces of random lengths, mostly short; stops like the wire does. Returns how many bytes were used. */
export function feedInPieces(parser, bytes, draw) {
  let at = 0;
  while (at < bytes.length && !parser.complete && parser.problem === null) {
    const to = Math.min(bytes.length, at + 1 + draw(draw(5) === 0 ? 4 : 160));
    const used = parser.feed(bytes, at, to);
    if (used < to) return used;
    at = to;
  }
  return at;
}

function agree(a, b) {
  const isSame =
    a.status === b.status && a.bodyBytes === b.bodyBytes && a.problem === b.problem && a.complete === b.complete;
  const livesOn = a.keepAlive === b.keepAlive && a.keepAliveSeconds === b.keepAliveSeconds;
  return isSame && livesOn && a.headers.location === b.headers.location && Buffer.compare(a.body(), b.body()) === 0;
}

function describe({ status, problem, bodyBytes, complete }) {
  return JSON.stringify({ status, problem, bodyBytes, complete });
}
