import type { SampleBlock } from '../sample.js';

/** NaN when the request was not sent. Opening its own connection is the service's share and not waiting. */
export function connectionWaitMs({ sentMs, handedMs, handshakeMs }: SampleBlock, row: number): number {
  const handshake = handshakeMs[row] as number;
  return (sentMs[row] as number) - (handedMs[row] as number) - (handshake > 0 ? handshake : 0);
}
