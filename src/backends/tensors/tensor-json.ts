import type { Tensor } from './tensor.js';

/**
 * The values of a tensor as nested arrays in JSON text, from `axis` on: 0 is the whole, 1 needs `row`, an index of the
 * first axis. A float is written with the fewest digits that give the same float, always with a point or an exponent,
 * as TensorFlow Serving does; so are its NaN and Infinity, which strict JSON does not know.
 */
export function tensorJson(tensor: Tensor, axis: 0 | 1 = 0, row = 0): string {
  const size = sizeFrom(tensor.shape, axis);
  return nestedJson(tensor, axis, row * size, writerOf(tensor));
}

/** All values in one array, row-major. */
export function flatJson(tensor: Tensor): string {
  const write = writerOf(tensor);
  return `[${Array.from({ length: tensor.values.length }, (_, i) => write(i)).join(',')}]`;
}

function nestedJson({ shape, ...rest }: Tensor, axis: number, start: number, write: (index: number) => string): string {
  if (axis >= shape.length) return write(start);
  const step = sizeFrom(shape, axis + 1);
  const tensor = { shape, ...rest };
  const items = Array.from({ length: shape[axis] ?? 0 }, (_, i) =>
    nestedJson(tensor, axis + 1, start + i * step, write),
  );
  return `[${items.join(',')}]`;
}

function sizeFrom(shape: readonly number[], axis: number): number {
  return shape.slice(axis).reduce((size, dimension) => size * dimension, 1);
}

function writerOf({ dtype, values }: Tensor): (index: number) => string {
  if (dtype === 'bool') return (i) => (values[i] === 0 ? 'false' : 'true');
  if (dtype === 'float32') return (i) => floatJson(shortestFloat32(values[i] as number));
  if (dtype === 'float64') return (i) => floatJson(values[i] as number);
  return (i) => String(values[i]);
}

export function float32Json(value: number): string {
  return floatJson(shortestFloat32(Math.fround(value)));
}

function floatJson(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text;
}

/** Below this, floats have fewer than 24 bits, so fewer than six digits may do. */
const SMALLEST_NORMAL = 2 ** -126;
/** Integers up to here have no shorter form. */
const SMALL_INTEGER = 2 ** 24;

/** The double with the fewest digits that rounds to this float. Nine digits tell any two apart; most need fewer. */
function shortestFloat32(value: number): number {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || (Number.isInteger(value) && size <= SMALL_INTEGER)) return value;
  for (let digits = size < SMALLEST_NORMAL ? 1 : 6; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}
