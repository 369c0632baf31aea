import { printable, UserError } from '../../errors.js';
import type { TensorDtype } from '../../trace.js';
import { dtypeOf } from '../tensors/tensor-proto.js';
import { isObject } from './payload-tensors.js';

/** One input of a signature, as the server's metadata reports it. */
export interface SignatureInput {
  readonly name: string;
  readonly dtype: TensorDtype;
  /** -1 is a free dimension. */
  readonly shape: readonly number[];
}

const MOST_INPUTS = 256;
const MOST_DIMENSIONS = 32;

/**
 * The inputs of a signature out of a `SignatureDefMap`, in either of its forms (the JSON of REST, or a decoded message).
 * Everything in it is from outside. Throws `UserError` where no payload can be made of it.
 */
export function signatureInputs(map: unknown, signature: string): readonly SignatureInput[] {
  const signatures = member(map, 'signature_def');
  const inputs = member(member(signatures, signature), 'inputs');
  if (!isObject(inputs)) {
    const names = isObject(signatures) ? Object.keys(signatures).join(', ') : 'none';
    throw unusable(
      `has no signature ${printable(signature, 60)} (it has ${printable(names, 200)}); name one with --set signature`,
    );
  }
  const all = Object.entries(inputs);
  if (all.length === 0 || all.length > MOST_INPUTS)
    throw unusable(`has ${String(all.length)} inputs; give the trace a payload`);
  return all.map(([name, info]) => signatureInput(name, info));
}

function signatureInput(name: string, info: unknown): SignatureInput {
  const dataType = member(info, 'dtype');
  const dtype = typeof dataType === 'string' || typeof dataType === 'number' ? dtypeOf(dataType) : undefined;
  if (dtype === undefined)
    throw unusable(`takes ${printable(String(dataType), 40)} as ${printable(name, 60)}; give the trace a payload`);
  const shape = member(info, 'tensor_shape');
  const dim = member(shape, 'dim') ?? [];
  const sizes = Array.isArray(dim) ? dim.map((one: unknown) => Number(member(one, 'size'))) : [NaN];
  const isKnown = member(shape, 'unknown_rank') !== true && sizes.length <= MOST_DIMENSIONS;
  if (!isKnown || !sizes.every((size) => Number.isSafeInteger(size) && size >= -1))
    throw unusable(`does not tell the shape of ${printable(name, 60)}; give the trace a payload`);
  return { name, dtype, shape: sizes };
}

function member(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function unusable(what: string): UserError {
  return new UserError(`backend tf-serving: the model ${what}`);
}
