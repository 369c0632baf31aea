import type { Metadata } from '@grpc/grpc-js';
import type { Grpc } from './grpc-runtime.js';
import { givenTemplate } from '../shared/given-template.js';
import { type HeaderField, requestAt, type RunValues } from '../wire/http-request.js';

/** The user's headers as metadata: the same every time, or, where one has a placeholder that changes, made for each call. */
export function grpcMetadata(
  { Metadata }: Grpc,
  { headers, columns }: { readonly headers: readonly HeaderField[]; readonly columns: readonly string[] },
  values: RunValues,
): (seq: number) => Metadata {
  const fields = headers.map(([name, value]) => [name, givenTemplate(value, columns)] as const);
  const at = requestAt({ method: 'POST', path: '/', headers: fields, body: null }, values);
  const make = (seq: number): Metadata => {
    const metadata = new Metadata();
    for (const [name, value] of at(seq).headers) metadata.add(name, value);
    return metadata;
  };
  if (at(0) !== at(1)) return make;
  let kept: Metadata | undefined;
  return () => (kept ??= make(0));
}
