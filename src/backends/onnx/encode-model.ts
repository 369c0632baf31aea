import type { TensorDtype } from '../../trace.js';
import {
  bytesField,
  concatFields,
  floatField,
  messageField,
  textField,
  toBytes,
  varintField,
  type Encoded,
} from './protobuf-writer.js';

/** A computation graph, as much of ONNX as our models need. Tensors are named; nodes stand in an order in which they can run. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Initializer[];
}

/** A string in `shape` names a dimension that is known only at run time. */
export interface GraphValue {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly (number | string)[];
}

export interface GraphNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** ONNX distinguishes whole numbers from floats by type, so a float says so. */
export type AttributeValue = number | readonly number[] | { readonly float: number };

export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

const IR_VERSION = 8;
const OPSET = 17;

/** TensorProto.DataType of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, the source of all field numbers here. */
const DATA_TYPES: Readonly<Record<TensorDtype, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};
const ATTRIBUTE_TYPES = { float: 1, int: 2, ints: 7 };

/** The bytes of a model file (ir_version 8, opset 17). Equal graphs give equal bytes. */
export function encodeModel(graph: Graph): Uint8Array {
  return toBytes(
    concatFields([
      varintField(1, IR_VERSION),
      textField(2, 'replay'),
      messageField(7, graphFields(graph)),
      messageField(8, [textField(1, ''), varintField(2, OPSET)]),
    ]),
  );
}

function graphFields({ name, inputs, outputs, nodes, initializers }: Graph): Encoded[] {
  return [
    ...nodes.map((node) => messageField(1, nodeFields(node))),
    textField(2, name),
    ...initializers.map((initializer) => messageField(5, initializerFields(initializer))),
    ...inputs.map((value) => messageField(11, valueFields(value))),
    ...outputs.map((value) => messageField(12, valueFields(value))),
  ];
}

function nodeFields({ operator, inputs, output, attributes }: GraphNode): Encoded[] {
  return [
    ...inputs.map((name) => textField(1, name)),
    textField(2, output),
    textField(3, output),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      messageField(5, [textField(1, name), ...attributeFields(value)]),
    ),
  ];
}

function attributeFields(value: AttributeValue): Encoded[] {
  if (typeof value === 'number') return [varintField(3, value), varintField(20, ATTRIBUTE_TYPES.int)];
  if ('float' in value) return [floatField(2, value.float), varintField(20, ATTRIBUTE_TYPES.float)];
  return [...value.map((item) => varintField(8, item)), varintField(20, ATTRIBUTE_TYPES.ints)];
}

/** The values lie in the file as they lie in memory: little-endian, as ONNX asks and as every machine it runs on has them. */
function initializerFields({ name, shape, values }: Initializer): Encoded[] {
  const dtype = values instanceof Float32Array ? 'float32' : 'int64';
  return [
    ...shape.map((dimension) => varintField(1, dimension)),
    varintField(2, DATA_TYPES[dtype]),
    textField(8, name),
    bytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ];
}

function valueFields({ name, dtype, shape }: GraphValue): Encoded[] {
  const dimensions = shape.map((dimension) =>
    messageField(1, [typeof dimension === 'number' ? varintField(1, dimension) : textField(2, dimension)]),
  );
  const tensorType = messageField(1, [varintField(1, DATA_TYPES[dtype]), messageField(2, dimensions)]);
  return [textField(1, name), messageField(2, [tensorType])];
}
