import type { TensorPayload } from '../../trace.js';
import { checkShape, type ModelInput } from './model-input.js';
import { newTensor, tensorOf, type Tensor } from '../tensors/tensor.js';

/** One tensor for each input of the model, in the model's order. */
export type Feed = readonly Tensor[];

/** The side of an image where a model leaves it open, and the rate of a signal. */
const IMAGE_SIDE = 224;
const SAMPLES_PER_SECOND = 16_000;

/** The payload when the trace has none: seeded values for the first input, free dimensions filled (batch 1). */
export function defaultPayload([first]: readonly ModelInput[], sequenceLength: number): TensorPayload {
  if (first === undefined) throw new Error('it has no inputs');
  return { shape: defaultShape(first, sequenceLength), dtype: first.dtype, seed: 1 };
}

/**
 * Completes what a payload gives: an input it leaves out gets a plain synthetic tensor (`plainTensor`). A free dimension
 * takes the size it has in an input that is given, by its name or (first axis) as the batch; else a default.
 */
export function fillInputs(
  inputs: readonly ModelInput[],
  given: ReadonlyMap<string, Tensor>,
  sequenceLength: number,
): Feed {
  const sizes = boundSizes(inputs, given);
  return inputs.map((input) => given.get(input.name) ?? plainTensor(input, defaultShape(input, sequenceLength, sizes)));
}

/** Free dimensions by name; '' is the batch: the first free axis 0. */
function boundSizes(inputs: readonly ModelInput[], given: ReadonlyMap<string, Tensor>): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const input of inputs) {
    const tensor = given.get(input.name);
    if (tensor === undefined) continue;
    checkShape(input, tensor.shape);
    input.shape.forEach((name, axis) => {
      if (typeof name !== 'string') return;
      const size = tensor.shape[axis] ?? 1;
      if (name !== '' && !sizes.has(name)) sizes.set(name, size);
      if (axis === 0 && !sizes.has('')) sizes.set('', size);
    });
  }
  return sizes;
}

export function defaultShape(
  { shape }: ModelInput,
  sequenceLength: number,
  sizes: ReadonlyMap<string, number> = new Map(),
): number[] {
  return shape.map((size, axis) => {
    if (typeof size === 'number') return size;
    const bound = size === '' ? undefined : sizes.get(size);
    if (bound !== undefined) return bound;
    if (axis === 0 || (axis === 1 && isRecurrentState(shape))) return sizes.get('') ?? 1;
    if (shape.length === 4) return axis === 1 && typeof shape[3] === 'string' ? 3 : IMAGE_SIDE;
    return sequenceLength;
  });
}

/** [layers, batch, width], as recurrent models carry it. */
function isRecurrentState([layers, , width, ...rest]: ModelInput['shape']): boolean {
  return typeof layers === 'number' && layers > 1 && typeof width === 'number' && rest.length === 0;
}

/** By the customs of exported models: masks are ones, positions count up, a sample rate is 16,000; all else is zeros. */
function plainTensor({ name, dtype }: ModelInput, shape: readonly number[]): Tensor {
  const { length } = newTensor(dtype, shape).values;
  const { valueAt } = fillOf(name);
  const lastSize = shape.at(-1) ?? 1;
  return tensorOf(
    dtype,
    shape,
    Array.from({ length }, (_, i) => valueAt(i, lastSize)),
  );
}

interface Fill {
  readonly description: string;
  readonly valueAt: (index: number, lastSize: number) => number;
}

/** What an input of this name is filled with where a payload leaves it out. */
export function fillOf(inputName: string): Fill {
  const name = inputName.toLowerCase();
  if (name.includes('mask')) return { description: 'ones', valueAt: () => 1 };
  if (name.includes('position')) return { description: 'positions', valueAt: (i, lastSize) => i % lastSize };
  if (/^sr$|samp(le|ling)_?rate/.test(name))
    return { description: String(SAMPLES_PER_SECOND), valueAt: () => SAMPLES_PER_SECOND };
  return { description: 'zeros', valueAt: () => 0 };
}
