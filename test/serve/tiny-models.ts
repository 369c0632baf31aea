import type { Graph, GraphValue } from '#src/backends/onnx/encode-model';

const CLASSES = 3;
const FEATURES = 4;

/** softmax(x W): scores whose bits no one guesses. */
export function scoring(): Graph {
  return {
    name: 'scoring',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', FEATURES] }],
    outputs: [{ name: 'scores', dtype: 'float32', shape: ['N', CLASSES] }],
    nodes: [
      { operator: 'MatMul', inputs: ['x', 'w'], output: 'product', attributes: {} },
      { operator: 'Softmax', inputs: ['product'], output: 'scores', attributes: { axis: 1 } },
    ],
    initializers: [
      { name: 'w', shape: [FEATURES, CLASSES], values: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i + 1)) },
    ],
  };
}

/** Two inputs and two outputs of different types: 2 a, and the row of a table that `row` names. */
export function pair(): Graph {
  return {
    name: 'pair',
    inputs: [
      { name: 'a', dtype: 'float32', shape: ['N', 2] },
      { name: 'row', dtype: 'int64', shape: ['N'] },
    ],
    outputs: [
      { name: 'twice', dtype: 'float32', shape: ['N', 2] },
      { name: 'picked', dtype: 'float32', shape: ['N'] },
    ],
    nodes: [
      { operator: 'Add', inputs: ['a', 'a'], output: 'twice', attributes: {} },
      { operator: 'Gather', inputs: ['table', 'row'], output: 'picked', attributes: {} },
    ],
    initializers: [{ name: 'table', shape: [4], values: Float32Array.of(0.1, 0.2, 0.3, 0.4) }],
  };
}

/** One number in, one number out, and between them this many products of 384 x 384 matrices, a good millisecond each. */
export function slowly(products = 15): Graph {
  const side = 384;
  const number = (name: string): GraphValue => ({ name, dtype: 'float32', shape: [1, 1] });
  const product = (left: string, right: string, output: string): Graph['nodes'][number] => ({
    operator: 'MatMul',
    inputs: [left, right],
    output,
    attributes: {},
  });
  const filled = (name: string, shape: [number, number]): Graph['initializers'][number] => ({
    name,
    shape,
    values: new Float32Array(shape[0] * shape[1]).fill(0.002),
  });
  return {
    name: 'slowly',
    inputs: [number('x')],
    outputs: [number('y')],
    nodes: [
      { operator: 'Add', inputs: ['x', 'big'], output: 'y0', attributes: {} },
      ...Array.from({ length: products }, (_, i) => product(`y${String(i)}`, 'big', `y${String(i + 1)}`)),
      product('row', `y${String(products)}`, 'line'),
      product('line', 'column', 'y'),
    ],
    initializers: [filled('big', [side, side]), filled('row', [1, side]), filled('column', [side, 1])],
  };
}
