import { isDeepStrictEqual } from 'node:util';
import { messageOf, UserError } from '../../errors.js';
import type { Outcome } from '../../sample.js';
import type { Payload } from '../../trace.js';
import type { BatchOutcome } from '../backend.js';
import type { GrpcMethod } from '../grpc/grpc-runtime.js';
import { payloadAt } from '../shared/payload-at.js';
import { tensorFromBytes, type Tensor } from '../tensors/tensor.js';
import type { TensorProto } from '../tensors/tensor-proto.js';
import { payloadTensors } from './payload-tensors.js';
import { requestOf } from './predict-request.js';
import type { TfServingOptions } from './tf-serving-options.js';

/** Several payloads in one `PredictRequest`, row upon row, and one `PredictResponse` split again. */
export interface TensorBatches {
  /** The rows of these payloads, in order, encoded. */
  readonly request: (payloads: Uint32Array) => Buffer;
  /** Its length. */
  bodyBytes(payloads: Uint32Array): number;
  /** The outcome of the batch, where the outputs of a success have not a row for each of it. */
  split(outcome: Outcome, payloads: Uint32Array, answer: Buffer): BatchOutcome;
}

type Tensors = ReadonlyMap<string, Tensor>;

/**
 * Batches over a payload table. The first axis of every input is the batch, and rows of all payloads must be of one kind.
 * Throws `UserError` naming the payload that has no place in a batch.
 */
export function tensorBatches(
  method: GrpcMethod,
  payloads: readonly Payload[],
  options: TfServingOptions,
): TensorBatches {
  const table = payloads.map((payload, index) => inputsOf(payload, index, options));
  const [first] = table;
  const stranger = table.findIndex(
    (inputs) => first !== undefined && !isDeepStrictEqual(kindOf(inputs), kindOf(first)),
  );
  if (stranger >= 0)
    throw new UserError(
      `backend tf-serving: payloads 0 and ${String(stranger)} of the trace differ in the names, types or shapes of their rows; a batch has one kind`,
    );
  const request = (batch: Uint32Array): Buffer =>
    requestOf(method, joined(Array.from(batch, (payload) => payloadAt(table, payload))), options);
  return {
    request,
    bodyBytes: (batch) => request(batch).length,
    split(outcome, batch, answer) {
      if (!outcome.ok) return outcome;
      const rows = batch.reduce((sum, payload) => sum + rowsOf(payloadAt(table, payload)), 0);
      const detail = wrongRows(method, answer, rows);
      return detail === undefined ? outcome : { ...outcome, lacking: { at: [...batch.keys()], detail } };
    },
  };
}

function inputsOf(payload: Payload, index: number, options: TfServingOptions): Tensors {
  try {
    const inputs = payloadTensors(payload, options);
    const rows = new Set(Array.from(inputs.values(), ({ shape }) => shape[0]));
    if (rows.size !== 1 || rows.has(undefined)) throw new Error('its inputs have no first axis in common');
    return inputs;
  } catch (thrown) {
    throw new UserError(
      `backend tf-serving: payload ${String(index)} of the trace has no place in a batch: ${messageOf(thrown)}`,
    );
  }
}

/** What a row of it is like. */
function kindOf(inputs: Tensors): readonly unknown[] {
  return [...inputs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { dtype, shape }]) => [name, dtype, shape.slice(1)]);
}

function rowsOf(inputs: Tensors): number {
  const [tensor] = inputs.values();
  return tensor?.shape[0] ?? 0;
}

function joined(batch: readonly Tensors[]): Tensors {
  const names = [...(batch[0]?.keys() ?? [])];
  return new Map(names.map((name) => [name, stacked(batch.map((inputs) => inputs.get(name) as Tensor))]));
}

function stacked(tensors: readonly Tensor[]): Tensor {
  const { dtype, shape } = tensors[0] as Tensor;
  const rows = tensors.reduce((sum, tensor) => sum + (tensor.shape[0] ?? 0), 0);
  const bytes = Buffer.concat(
    tensors.map(({ values: { buffer, byteOffset, byteLength } }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
  return tensorFromBytes(dtype, [rows, ...shape.slice(1)], bytes);
}

/** Why an answer is none for this many rows; undefined where it is one. */
function wrongRows(method: GrpcMethod, answer: Buffer, rows: number): string | undefined {
  try {
    const { outputs } = method.decodeResponse(answer) as { readonly outputs: Readonly<Record<string, TensorProto>> };
    const counts = Object.values(outputs).map(({ tensor_shape: shape }) => Number(shape?.dim[0]?.size ?? NaN));
    const wrong = counts.length === 0 ? NaN : counts.find((count) => count !== rows);
    if (wrong === undefined) return undefined;
    return `the answer holds ${Number.isNaN(wrong) ? 'no' : String(wrong)} rows for ${String(rows)}`;
  } catch {
    return 'the answer is no PredictResponse';
  }
}
