import fc from 'fast-check';

/** Where the messages of an Arrow stream begin, and where the last one ends. */
export function messageBounds(log: Buffer): number[] {
  const bounds = [0];
  for (let at = 0; at + 8 <= log.length && log.readInt32LE(at + 4) > 0;) {
    const metadata = at + 8;
    const table = metadata + log.readUInt32LE(metadata);
    const vtable = table - log.readInt32LE(table);
    const bodyLength = log.readUInt16LE(vtable) > 10 ? log.readUInt16LE(vtable + 10) : 0;
    at = metadata + log.readInt32LE(at + 4) + (bodyLength === 0 ? 0 : Number(log.readBigInt64LE(table + bodyLength)));
    if (at <= log.length) bounds.push(at);
  }
  return bounds;
}

type Damage = (log: Buffer) => Buffer;

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const length = fc.integer({ min: 1, max: 64 });
const cut = (log: Buffer, from: number, to: number, between: Uint8Array): Buffer =>
  Buffer.concat([log.subarray(0, from), between, log.subarray(to)]);
const at = (log: Buffer, share: number): number => Math.floor(share * log.length);

/** Two messages next to each other. */
function pairAt(log: Buffer, share: number): [number, number, number] {
  const bounds = messageBounds(log);
  const first = Math.floor(share * (bounds.length - 2));
  return bounds.slice(first, first + 3) as [number, number, number];
}

/** Kinds of a single damage to a log; `foreign` is the log of another run. A developer adds a row. */
export const logDamages = (foreign: () => Buffer): Readonly<Record<string, fc.Arbitrary<Damage>>> => ({
  'flipped bits': fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([share, bits]) => (log) => {
    const copy = Buffer.from(log);
    copy[at(log, share)] = (copy[at(log, share)] as number) ^ bits;
    return copy;
  }),
  'overwritten bytes': fc
    .tuple(place, fc.uint8Array({ minLength: 1, maxLength: 64 }))
    .map(([share, bytes]) => (log) => {
      const from = Math.min(at(log, share), log.length - bytes.length);
      return cut(log, from, from + bytes.length, bytes);
    }),
  'zeroed bytes': fc.tuple(place, fc.integer({ min: 1, max: 4096 })).map(([share, bytes]) => (log) => {
    const from = at(log, share);
    return cut(log, from, from + bytes, Buffer.alloc(Math.min(bytes, log.length - from)));
  }),
  'deleted bytes': fc.tuple(place, length).map(([share, bytes]) => (log) => cut(log, at(log, share), at(log, share) + bytes, new Uint8Array(0))), // prettier-ignore
  'inserted bytes': fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 64 })).map(([share, bytes]) => (log) => cut(log, at(log, share), at(log, share), bytes)), // prettier-ignore
  'a cut end': place.map((share) => (log) => log.subarray(0, at(log, share))),
  'a lost block': place.map((share) => (log) => {
    const [from, to] = pairAt(log, share);
    return cut(log, from, to, new Uint8Array(0));
  }),
  'a doubled block': place.map((share) => (log) => {
    const [from, to] = pairAt(log, share);
    return cut(log, to, to, log.subarray(from, to));
  }),
  'swapped blocks': place.map((share) => (log) => {
    const [a, b, c] = pairAt(log, share);
    return cut(log, a, c, Buffer.concat([log.subarray(b, c), log.subarray(a, b)]));
  }),
  'the blocks of another run': place.map((share) => (log) => {
    const bounds = messageBounds(log);
    const other = foreign();
    const others = messageBounds(other);
    const block = Math.floor(share * (Math.min(bounds.length, others.length) - 1));
    const [from, to] = [bounds[block] as number, bounds[block + 1] as number];
    return cut(log, from, to, other.subarray(others[block], others[block + 1]));
  }),
  'the log of another run': fc.constant(() => foreign()),
});
