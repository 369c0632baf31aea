/** A computation graph as far as `tfjs-runtime.ts` can run it: float tensors, one default domain. */
export interface OnnxGraph {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
}

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: ReadonlyMap<string, readonly number[]>;
}

export interface OnnxTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Field numbers of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. */
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, float: 2, int: 3, ints: 8 } as const;
const TENSOR = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const FLOAT = 1;

/** The graph of a model file. Throws an Error where it holds what cannot be run. */
export function readOnnx(model: Uint8Array): OnnxGraph {
  const graph = fieldsOf(fieldsOf(model).bytes(MODEL.graph)[0] ?? new Uint8Array());
  const tensors = graph.bytes(GRAPH.initializer).map(readTensor);
  const initializers = new Map(tensors.map(({ name, ...tensor }) => [name, tensor]));
  const names = (field: number): string[] => graph.bytes(field).map((value) => fieldsOf(value).text(1));
  return {
    inputs: names(GRAPH.input).filter((name) => !initializers.has(name)),
    outputs: names(GRAPH.output),
    nodes: graph.bytes(GRAPH.node).map(readNode),
    initializers,
  };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const node = fieldsOf(bytes);
  return {
    operator: node.text(NODE.operator),
    inputs: node.bytes(NODE.input).map(decode),
    output: node.text(NODE.output),
    attributes: new Map(node.bytes(NODE.attribute).map(readAttribute)),
  };
}

function readAttribute(bytes: Uint8Array): readonly [string, readonly number[]] {
  const attribute = fieldsOf(bytes);
  const values = [ATTRIBUTE.ints, ATTRIBUTE.int, ATTRIBUTE.float].flatMap((field) => attribute.numbers(field));
  return [attribute.text(ATTRIBUTE.name), values];
}

function readTensor(bytes: Uint8Array): OnnxTensor & { readonly name: string } {
  const tensor = fieldsOf(bytes);
  const name = tensor.text(TENSOR.name);
  const raw = tensor.bytes(TENSOR.rawData)[0];
  if (tensor.numbers(TENSOR.dataType)[0] !== FLOAT || raw === undefined)
    throw new Error(`the weights ${name} are no raw floats: this model needs RUNTIME=ort`);
  // Copied, since floats must lie on a multiple of four.
  return { name, shape: tensor.numbers(TENSOR.dims), values: new Float32Array(new Uint8Array(raw).buffer) };
}

/** The fields of one message of protocol buffers, by number. */
interface Fields {
  bytes(field: number): readonly Uint8Array[];
  numbers(field: number): readonly number[];
  text(field: number): string;
}

const WIRE = { varint: 0, eightBytes: 1, bytes: 2, fourBytes: 5 } as const;

/** https://protobuf.dev/programming-guides/encoding/ */
function fieldsOf(message: Uint8Array): Fields {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const bytes = new Map<number, Uint8Array[]>();
  const numbers = new Map<number, number[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = view.getUint8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === WIRE.bytes) {
      const length = varint();
      push(bytes, field, message.subarray(at, at + length));
      at += length;
    } else if (wire === WIRE.varint) push(numbers, field, varint());
    else if (wire === WIRE.fourBytes) {
      push(numbers, field, view.getFloat32(at, true));
      at += 4;
    } else if (wire === WIRE.eightBytes) at += 8;
    else throw new Error('this is no ONNX model');
  }
  return {
    bytes: (field) => bytes.get(field) ?? [],
    numbers: (field) => numbers.get(field) ?? [],
    text: (field) => decode(bytes.get(field)?.[0] ?? new Uint8Array()),
  };
}

function push<T>(map: Map<number, T[]>, field: number, value: T): void {
  const values = map.get(field);
  if (values === undefined) map.set(field, [value]);
  else values.push(value);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
