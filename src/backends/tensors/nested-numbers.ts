import { printable } from '../../errors.js';

/** What nested arrays of numbers hold. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly (number | bigint | boolean)[];
}

const MOST_DIMENSIONS = 32;

/** Flattens nested arrays, row-major; a bare number is a scalar. Throws where rows differ in length or something is no number. */
export function nestedNumbers(json: unknown): Numbers {
  const shape = shapeOf(json);
  const values: (number | bigint | boolean)[] = [];
  collect(json, shape, 0, values);
  return { shape, values };
}

/** By the first of each level; `collect` holds the others to it. */
function shapeOf(json: unknown): number[] {
  const shape: number[] = [];
  for (let level = json; Array.isArray(level); level = level[0] as unknown) {
    if (shape.push(level.length) > MOST_DIMENSIONS)
      throw new Error(`arrays are nested more than ${String(MOST_DIMENSIONS)} deep`);
  }
  return shape;
}

function collect(json: unknown, shape: readonly number[], depth: number, values: (number | bigint | boolean)[]): void {
  if (depth === shape.length) {
    if (typeof json !== 'number' && typeof json !== 'bigint' && typeof json !== 'boolean')
      throw new Error(`element ${String(values.length)} is no number (${preview(json)})`);
    values.push(json);
    return;
  }
  if (!Array.isArray(json) || json.length !== shape[depth]) throw new Error('arrays of one level differ in length');
  for (const item of json as readonly unknown[]) collect(item, shape, depth + 1, values);
}

function preview(json: unknown): string {
  return printable(
    JSON.stringify(json, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    40,
  );
}
