import type { Payload } from '../../trace.js';
import { type InstanceBatches, instanceBatches } from '../tensors/instance-batches.js';
import { JSON_TYPE } from '../tensors/instances-json.js';
import type { JsonReader } from '../tensors/json-body.js';
import { payloadBody } from '../tensors/payload-body.js';

/** What is signed and sent. */
export interface AwsBody {
  /** Null where there is no payload to have one. */
  readonly contentType: string | null;
  readonly bytes: Uint8Array;
}

/**
 * The bodies of a payload table; one without anything where it is empty. `asTheyAre`: bytes of any kind are taken; else,
 * like every tensor, they go as JSON instances. Throws `UserError` naming the entry.
 */
export function awsBodies(
  backend: string,
  payloads: readonly Payload[],
  { asTheyAre, reader }: { readonly asTheyAre: boolean; readonly reader: JsonReader },
): readonly AwsBody[] {
  if (payloads.length === 0) return [{ contentType: null, bytes: new Uint8Array(0) }];
  return payloads.map((payload, index) => payloadBody(backend, payload, index, !asTheyAre, reader));
}

export function jsonBody(bytes: Uint8Array): AwsBody {
  return { contentType: JSON_TYPE, bytes };
}

/** Throws `UserError`. */
export function batchesOf(backend: string, bodies: readonly AwsBody[]): InstanceBatches {
  return instanceBatches(
    backend,
    bodies.map(({ bytes }) => bytes),
  );
}
