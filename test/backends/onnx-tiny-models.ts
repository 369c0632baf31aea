import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeModel, type Graph, type GraphValue } from '#src/backends/onnx/encode-model';

/** A model file in `folder`; returns its path. */
export function writeModel(folder: string, graph: Graph): string {
  const path = join(folder, `${graph.name}.onnx`);
  writeFileSync(path, encodeModel(graph));
  return path;
}

/** y = x + x, of any type and shape. */
export function doubling(dtype: GraphValue['dtype'], shape: GraphValue['shape']): Graph {
  return {
    name: `doubling-${dtype}`,
    inputs: [{ name: 'x', dtype, shape }],
    outputs: [{ name: 'y', dtype, shape }],
    nodes: [{ operator: 'Add', inputs: ['x', 'x'], output: 'y', attributes: {} }],
    initializers: [],
  };
}

/** A chain of products of 384 x 384 matrices: some 40 ms on one CPU, whatever the values. */
export function slow(name = 'slow', products = 30): Graph {
  const value = (of: string): GraphValue => ({ name: of, dtype: 'float32', shape: [384, 384] });
  return {
    name,
    inputs: [value('y0')],
    outputs: [value(`y${String(products)}`)],
    nodes: Array.from({ length: products }, (_, i) => ({
      operator: 'MatMul',
      inputs: [`y${String(i)}`, 'y0'],
      output: `y${String(i + 1)}`,
      attributes: {},
    })),
    initializers: [],
  };
}

/** Picks a row of a table of four: an index above 3 is an error at run time. */
export function picking(): Graph {
  return {
    name: 'picking',
    inputs: [{ name: 'row', dtype: 'int64', shape: ['N'] }],
    outputs: [{ name: 'picked', dtype: 'float32', shape: ['N'] }],
    nodes: [{ operator: 'Gather', inputs: ['table', 'row'], output: 'picked', attributes: {} }],
    initializers: [{ name: 'table', shape: [4], values: Float32Array.of(1, 2, 3, 4) }],
  };
}
