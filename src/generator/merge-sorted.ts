import { ChunkWriter } from './chunk-writer.js';

/**
 * Sorted streams of times as one sorted stream; equal times keep the order of the streams. Holds one chunk of each.
 * Costs a comparison per stream for each run of arrivals that come from one of them.
 */
export function* mergeSorted(streams: readonly Iterable<Float64Array>[]): Generator<Float64Array, void, undefined> {
  const chunks = new ChunkWriter();
  const heads = streams.map(openHead).filter((head) => head !== undefined);
  while (heads.length > 0) {
    const first = earliest(heads);
    const head = heads[first];
    if (head === undefined) return;
    const turnMs = othersFrom(heads, first);
    do {
      const full = chunks.push(head.atMs);
      if (full !== undefined) yield full;
    } while (advance(head) && head.atMs < turnMs);
    if (head.done) heads.splice(first, 1);
  }
  yield* chunks.rest();
}

/** The next time of one stream, in the chunk it came from. */
interface Head {
  atMs: number;
  done: boolean;
  chunk: Float64Array;
  place: number;
  readonly rest: Iterator<Float64Array>;
}

function openHead(stream: Iterable<Float64Array>): Head | undefined {
  const head: Head = { atMs: 0, done: false, chunk: new Float64Array(0), place: -1, rest: stream[Symbol.iterator]() };
  return advance(head) ? head : undefined;
}

/** False at the stream's end. */
function advance(head: Head): boolean {
  head.place++;
  while (head.place >= head.chunk.length) {
    const next = head.rest.next();
    if (next.done === true) return !(head.done = true);
    head.chunk = next.value;
    head.place = 0;
  }
  head.atMs = head.chunk[head.place] as number;
  return true;
}

function earliest(heads: readonly Head[]): number {
  let best = 0;
  for (let i = 1; i < heads.length; i++) if ((heads[i] as Head).atMs < (heads[best] as Head).atMs) best = i;
  return best;
}

/** The earliest time of the other streams: until then, no comparison with them is needed. */
function othersFrom(heads: readonly Head[], except: number): number {
  let atMs = Infinity;
  heads.forEach((head, i) => {
    if (i !== except && head.atMs < atMs) atMs = head.atMs;
  });
  return atMs;
}
