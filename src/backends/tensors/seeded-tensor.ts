import type { TensorPayload } from '../../trace.js';
import { isFloat, newTensor, type Tensor } from './tensor.js';

/** The tensor a payload describes: uniform in [0, 1) for floats, in [0, 100) for integers, coin tosses for booleans. */
export function seededTensor({ dtype, shape, seed }: TensorPayload): Tensor {
  const tensor = newTensor(dtype, shape);
  const { values } = tensor;
  const choices = dtype === 'bool' ? 2 : 100;
  const uniform = uniforms(seed);
  for (let i = 0; i < values.length; i++) {
    const u = uniform();
    if (values instanceof BigInt64Array) values[i] = BigInt(Math.floor(u * choices));
    else values[i] = isFloat(dtype) ? u : Math.floor(u * choices);
  }
  return tensor;
}

/** A Weyl sequence through the 32-bit finaliser of MurmurHash3. 24 bits each, so that a float32 holds them exactly and stays below 1. */
function uniforms(seed: number): () => number {
  let counter = seed | 0;
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let h = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 8) / 0x1000000;
  };
}
