import { columnOf, type NumberName, type SampleBlock, type SampleColumnName, type UsageName } from './sample.js';

/** Values of a column that are never unknown; at least one for each row. */
export function valuesOf(
  block: SampleBlock,
  name: Exclude<SampleColumnName, NumberName | 'details'>,
): Uint32Array | Uint16Array | Uint8Array {
  const { rows, seq } = block;
  if (name === 'worker') return new Uint16Array(rows).fill(block.worker);
  if (name === 'payload') return block.payload ?? new Uint32Array(rows);
  return name === 'invocation' ? (block.invocation ?? seq) : block[name];
}

/** Numbers of a column, at least one for each row, NaN where unknown; undefined: all are. */
export function numbersOf(block: SampleBlock, name: NumberName): Float64Array | undefined {
  return isUsage(name) ? block.usage?.[name] : block[name];
}

export function isNumber(name: SampleColumnName): name is NumberName {
  return columnOf(name).kind === 'number';
}

function isUsage(name: NumberName): name is UsageName {
  return columnOf(name).group === 'usage';
}
