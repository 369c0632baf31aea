import type { Metadata } from '@grpc/grpc-js';
import type { Grpc } from './grpc-runtime.js';
import type { HeaderField } from './request-bytes.js';

/** The user's headers as metadata: the same every time, or, where one names `{seq}`, made for each call. */
export function grpcMetadata(
  { Metadata }: Grpc,
  headers: readonly HeaderField[],
): (runId: string, seq: number) => Metadata {
  const make = (runId: string, seq: number): Metadata => {
    const metadata = new Metadata();
    for (const [name, value] of headers)
      metadata.add(name, value.replaceAll('{run}', runId).replaceAll('{seq}', String(seq)));
    return metadata;
  };
  const changes = headers.some(([, value]) => value.includes('{seq}'));
  let kept: Metadata | undefined;
  return changes ? make : (runId, seq) => (kept ??= make(runId, seq));
}
