import type { Outcome } from '../../sample.js';
import type { BatchOutcome } from '../backend.js';
import { countField } from '../tensors/count-field.js';
import { withLacking } from '../tensors/instance-batches.js';
import { payloadAt } from '../shared/payload-at.js';

/** Several encoded `PredictRequest`s in one, and one `PredictResponse` split again. */
export interface MessageBatches {
  /** The instances of these messages, in order. */
  readonly message: (payloads: Uint32Array) => Buffer;
  /** Its length, without making it. */
  bodyBytes(payloads: Uint32Array): number;
  /** The outcome of the batch, where the answer of a success lacks some predictions. */
  split(outcome: Outcome, payloads: Uint32Array, answer: Uint8Array): BatchOutcome;
}

/** `PredictRequest.instances` and `PredictResponse.predictions` of google.cloud.aiplatform.v1. */
const INSTANCES = 2;
const PREDICTIONS = 1;

/**
 * Messages one after another are one message: repeated fields add up, and the others (endpoint, parameters) are the same
 * in each (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
 */
export function messageBatches(messages: readonly Uint8Array[]): MessageBatches {
  const instances = messages.map((message) => countField(message, INSTANCES));
  const at = (payload: number): Uint8Array => payloadAt(messages, payload);
  return {
    message: (payloads) => Buffer.concat(Array.from(payloads, at)),
    bodyBytes: (payloads) => payloads.reduce((sum, payload) => sum + at(payload).length, 0),
    split(outcome, payloads, answer) {
      if (!outcome.ok) return outcome;
      const counts = Array.from(payloads, (payload) => instances[payload] ?? 0);
      return withLacking(outcome, counts, predictionsOf(answer));
    },
  };
}

/** As many as there are: what they hold does not matter here. */
function predictionsOf(answer: Uint8Array): readonly true[] | undefined {
  try {
    return Array.from({ length: countField(answer, PREDICTIONS) }, () => true);
  } catch {
    return undefined;
  }
}
