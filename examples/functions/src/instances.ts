import type { ModelInput, Tensor } from './model-runtime.js';

/** What the caller can fix. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** `{"instances": [...]}` as tensors: one row each, an object by input where the model has several. Throws `BadRequest`. */
export function feedsOf(body: unknown, inputs: readonly ModelInput[]): Record<string, Tensor> {
  const instances = (body as { instances?: unknown } | null | undefined)?.instances;
  if (!Array.isArray(instances) || instances.length === 0) throw new BadRequest('give {"instances": [...]}');
  return Object.fromEntries(inputs.map((input) => [input.name, tensorOf(rowsOf(instances, input, inputs), input)]));
}

function rowsOf(instances: readonly unknown[], { name }: ModelInput, inputs: readonly ModelInput[]): unknown[] {
  return instances.map((row) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      if (inputs.length === 1) return row;
    } else if (Object.hasOwn(row, name)) return (row as Record<string, unknown>)[name];
    throw new BadRequest(`an instance lacks the input ${name}`);
  });
}

/** Nested arrays of one shape as a row-major tensor. */
function tensorOf(rows: readonly unknown[], { name, type }: ModelInput): Tensor {
  const shape: number[] = [];
  for (let level: unknown = rows; Array.isArray(level); level = (level as unknown[])[0]) shape.push(level.length);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const data = arrayFor(type, size);
  let at = 0;
  const fill = (value: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof value !== 'number') throw new BadRequest(`${name}: ${typeof value} where a number should be`);
      data[at++] = data instanceof BigInt64Array ? BigInt(Math.trunc(value)) : value;
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[depth]) throw new BadRequest(`${name}: rows of unequal shape`);
    for (const one of value) fill(one, depth + 1);
  };
  fill(rows, 0);
  return { shape, data };
}

function arrayFor(type: string, size: number): Tensor['data'] {
  if (type === 'float32') return new Float32Array(size);
  if (type === 'int32') return new Int32Array(size);
  if (type === 'int64') return new BigInt64Array(size);
  throw new Error(`an input of type ${type} has no form here`);
}

/** The rows of the outputs: as they are where there is one, else objects by output. */
export function predictionsOf(outputs: Readonly<Record<string, Tensor>>): unknown[] {
  const columns = Object.entries(outputs).map(([name, tensor]) => [name, nested(tensor)] as const);
  const [first] = columns;
  if (first === undefined) return [];
  if (columns.length === 1) return first[1];
  return first[1].map((_, row) => Object.fromEntries(columns.map(([name, rows]) => [name, rows[row]])));
}

function nested({ shape, data }: Tensor): unknown[] {
  let level: unknown[] = Array.from<number | bigint, number>(data, Number);
  for (let depth = shape.length - 1; depth > 0; depth--) {
    const size = shape[depth] ?? 1;
    level = Array.from({ length: level.length / size }, (_, i) => level.slice(i * size, (i + 1) * size));
  }
  return level;
}
