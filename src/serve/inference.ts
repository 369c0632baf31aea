import type { Feed } from '../backends/onnx/fill-inputs.js';
import { checkShape } from '../backends/onnx/model-input.js';
import type { Answer, SessionPool } from '../backends/onnx/session-pool.js';
import { dataTypeName } from '../backends/tensors/tensor-proto.js';
import type { Tensor, TensorValues } from '../backends/tensors/tensor.js';
import { messageOf, printable } from '../errors.js';
import type { ServedModel, TensorInfo } from './served-model.js';
import { ServingError } from './serving-error.js';

export type NamedTensors = ReadonlyMap<string, Tensor>;

/** The model behind its bounded queue. */
export interface Inference {
  readonly model: ServedModel;
  /** Takes a place for one request, from its first byte to its answer. Throws `RESOURCE_EXHAUSTED` when there is none. */
  enter(): Place;
  /** From now on no request is accepted (`UNAVAILABLE`); resolves when the last one has left. */
  drain(): Promise<void>;
}

export interface Place {
  /** Runs the model on tensors of exactly its inputs. Rejects with `ServingError`. */
  run(inputs: NamedTensors): Promise<NamedTensors>;
  /** Gives the place back, and takes what still waits out of the queue. A second time does nothing. */
  leave(): void;
}

export function createInference(model: ServedModel, pool: SessionPool, places: number): Inference {
  let taken = 0;
  let whenEmpty: (() => void) | undefined;
  let draining = false;
  return {
    model,
    enter() {
      if (draining) throw new ServingError('UNAVAILABLE', 'the server is stopping');
      if (taken >= places)
        throw new ServingError('RESOURCE_EXHAUSTED', `${String(places)} requests are in the server; the queue is full`);
      taken++;
      return createPlace(model, pool, () => {
        taken--;
        if (taken === 0) whenEmpty?.();
      });
    },
    drain() {
      draining = true;
      if (taken === 0) return Promise.resolve();
      return new Promise((resolve) => {
        whenEmpty = resolve;
      });
    },
  };
}

function createPlace(model: ServedModel, pool: SessionPool, onLeave: () => void): Place {
  let left = false;
  let cancel = (): void => undefined;
  return {
    async run(inputs) {
      const feed = checkedFeed(model, inputs);
      return await new Promise((resolve, reject) => {
        if (left) {
          reject(new ServingError('CANCELLED', 'the caller has gone'));
          return;
        }
        const run = pool.submit(feed, (answer) => {
          settle(model, answer, resolve, reject);
        });
        cancel = () => {
          run.cancel();
          reject(new ServingError('CANCELLED', 'the caller has gone'));
        };
      });
    },
    leave() {
      if (left) return;
      left = true;
      cancel();
      onLeave();
    },
  };
}

/** Nothing is filled in for a caller: every input is given, in the type and shape that the model declares. */
function checkedFeed(model: ServedModel, inputs: NamedTensors): Feed {
  const missing = model.inputs.filter(({ name }) => !inputs.has(name));
  const extra = [...inputs.keys()].filter((name) => !model.inputs.some((input) => input.name === name));
  if (missing.length > 0 || extra.length > 0) {
    const lists = `Sent extra: {${extra.join(',')}}. Missing but required: {${missing.map(({ name }) => name).join(',')}}.`;
    throw new ServingError('INVALID_ARGUMENT', `input keys do not match the signature. ${printable(lists, 400)}`);
  }
  return model.inputs.map((input) => checkedTensor(input, inputs.get(input.name) as Tensor));
}

function checkedTensor(input: TensorInfo, tensor: Tensor): Tensor {
  if (tensor.dtype !== input.dtype) {
    const names = `Expects ${input.name} to be ${dataTypeName(input.dtype)} but ${dataTypeName(tensor.dtype)} is provided`;
    throw new ServingError('INVALID_ARGUMENT', printable(names));
  }
  try {
    checkShape(input, tensor.shape);
  } catch (thrown) {
    throw new ServingError('INVALID_ARGUMENT', `input ${printable(input.name, 60)}: ${messageOf(thrown)}`);
  }
  return tensor;
}

function settle(
  model: ServedModel,
  answer: Answer,
  resolve: (outputs: NamedTensors) => void,
  reject: (error: ServingError) => void,
): void {
  if (answer.kind === 'died') reject(new ServingError('INTERNAL', `a session thread died: ${answer.cause}`));
  else if (answer.error !== undefined) reject(new ServingError('INTERNAL', `the model failed: ${answer.error}`));
  else resolve(outputsOf(model, answer.outputs ?? {}));
}

function outputsOf(
  model: ServedModel,
  outputs: NonNullable<(Answer & { readonly kind: 'ran' })['outputs']>,
): NamedTensors {
  return new Map(
    model.outputs.flatMap(({ name, dtype }) => {
      const output = outputs[name];
      return output === undefined
        ? []
        : [[name, { dtype, shape: output.shape, values: output.values as TensorValues }]];
    }),
  );
}
