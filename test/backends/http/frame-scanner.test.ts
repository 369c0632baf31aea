import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameScanner } from '#src/backends/http/frame-scanner';

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

const frame = fc.record<Frame>({
  type: fc.nat(10),
  flags: fc.nat(255),
  stream: fc.nat(2 ** 31 - 1),
  payload: fc.uint8Array({ maxLength: 40 }),
});

function bytesOf({ type, flags, stream, payload }: Frame): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** What RFC 9113 says of each frame by itself. */
function toldOf({ type, flags, stream, payload }: Frame): string[] {
  const word = (at: number): number => Buffer.from(payload).readUInt32BE(at);
  if (type <= 1) return (flags & 1) === 1 ? [`ended ${String(stream)}`] : [];
  if (type === 3 && payload.length >= 4) return [`reset ${String(stream)} ${String(word(0))}`];
  if (type === 7 && payload.length >= 8) return [`going away ${String(word(0) & 0x7fffffff)} ${String(word(4))}`];
  return [];
}

it('reports the frames in whatever pieces they come', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 30 })), (frames, sizes) => {
      const told: string[] = [];
      const scanner = new FrameScanner({
        ended: (stream) => told.push(`ended ${String(stream)}`),
        reset: (stream, code) => told.push(`reset ${String(stream)} ${String(code)}`),
        goingAway: (last, code) => told.push(`going away ${String(last)} ${String(code)}`),
      });
      let rest = Buffer.concat(frames.map(bytesOf));
      for (let i = 0; rest.length > 0; i++) {
        const size = sizes[i % Math.max(1, sizes.length)] ?? rest.length;
        scanner.feed(rest.subarray(0, size));
        rest = rest.subarray(size);
      }
      expect(told).toEqual(frames.flatMap(toldOf));
    }),
  );
});
