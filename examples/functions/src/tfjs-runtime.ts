import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { dirname, sep } from 'node:path';
import type { LoadedModel, ModelRuntime, Tensor } from './model-runtime.js';
import { readOnnx, type OnnxGraph, type OnnxNode, type OnnxTensor } from './read-onnx.js';

/** TensorFlow.js on WebAssembly: runs the same ONNX file, as far as MobileNet and small classifiers need its operators. */
export async function tfjsRuntime(): Promise<ModelRuntime> {
  setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  await tf.setBackend('wasm');
  await tf.ready();
  return { load: (model) => Promise.resolve(loadGraph(readOnnx(model))) };
}

type Layer = (x: tf.Tensor) => tf.Tensor;

/** A chain: each operator takes what the one before it gave. Images are [N, C, H, W] in ONNX, [N, H, W, C] inside. */
function loadGraph(graph: OnnxGraph): LoadedModel {
  const layers = layersOf(graph);
  const input = graph.inputs[0] ?? '';
  const output = graph.outputs[0] ?? '';
  return {
    inputs: [{ name: input, type: 'float32' }],
    async run(feeds) {
      const given = feeds[input] as Tensor;
      const result = tf.tidy(() => {
        const x = tf.tensor(given.data as Float32Array, [...given.shape], 'float32');
        const first = x.rank === 4 ? tf.transpose(x, [0, 2, 3, 1]) : x;
        return layers.reduce((value, layer) => layer(value), first);
      });
      asRows(result);
      const data = (await result.data()) as Float32Array;
      result.dispose();
      return { [output]: { shape: result.shape, data } };
    },
  };
}

function layersOf({ inputs, outputs, nodes, initializers }: OnnxGraph): Layer[] {
  const layers: Layer[] = [];
  let current = inputs[0];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as OnnxNode;
    if (inputs.length !== 1 || node.inputs[0] !== current) throw unfit('a graph that is no chain');
    const next = nodes[i + 1];
    const isClipped = node.operator === 'Conv' && next?.operator === 'Clip' && isRelu6(next, initializers);
    layers.push(layerOf(node, initializers, isClipped));
    if (isClipped) i++;
    current = isClipped ? next.output : node.output;
  }
  if (outputs.length !== 1 || current !== outputs[0]) throw unfit('several outputs');
  return layers;
}

function isRelu6({ inputs }: OnnxNode, initializers: OnnxGraph['initializers']): boolean {
  const [low, high] = inputs.slice(1).map((name) => initializers.get(name)?.values[0]);
  return low === 0 && high === 6;
}

function layerOf(node: OnnxNode, initializers: OnnxGraph['initializers'], isClipped: boolean): Layer {
  refuseUnknown(node);
  const weights = node.inputs.slice(1).map((name) => initializers.get(name));
  const [first, second] = weights;
  switch (node.operator) {
    case 'Conv':
      return convolution(node, first as OnnxTensor, second, isClipped);
    case 'GlobalAveragePool':
      return (x) => tf.mean(x, [1, 2]);
    case 'Flatten':
      // After the pooling there is one number a channel already; an image would have to be turned back first.
      return (x) => asRows(x);
    case 'Gemm':
    case 'MatMul':
      return dense(first as OnnxTensor, second);
    case 'Softmax':
      return (x) => tf.softmax(asRows(x));
    default:
      throw unfit(`the operator ${node.operator}`);
  }
}

function convolution(
  { attributes }: OnnxNode,
  kernel: OnnxTensor,
  bias: OnnxTensor | undefined,
  clipped: boolean,
): Layer {
  const [strideY = 1, strideX = 1] = attributes.get('strides') ?? [];
  const [top = 0, left = 0, bottom = 0, right = 0] = attributes.get('pads') ?? [];
  const group = attributes.get('group')?.[0] ?? 1;
  const isDepthwise = group > 1 && kernel.shape[1] === 1 && kernel.shape[0] === group;
  if (group > 1 && !isDepthwise) throw unfit('grouped convolutions');
  const filter = tf.keep(
    tf.tidy(() =>
      tf.transpose(tf.tensor4d(kernel.values, [...kernel.shape] as Shape4), isDepthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]),
    ),
  );
  const layer = {
    filter,
    strides: [strideY, strideX] as [number, number],
    ...(bias === undefined ? {} : { bias: tf.tensor1d(bias.values) }),
    activation: clipped ? ('relu6' as const) : ('linear' as const),
  };
  const run = isDepthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  const [height = 1, width = 1] = kernel.shape.slice(2);
  return (x) => {
    const [, rows = 0, columns = 0] = x.shape;
    const isSame = isSamePad(rows, height, strideY, top, bottom) && isSamePad(columns, width, strideX, left, right);
    const padded = isSame
      ? x
      : tf.pad(x, [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ]);
    return run({ x: padded as tf.Tensor4D, ...layer, pad: isSame ? 'same' : 'valid' });
  };
}

/** Whether TensorFlow would pad like this by itself: evenly, what is odd at the far end. */
function isSamePad(size: number, kernel: number, stride: number, near: number, far: number): boolean {
  const whole = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return near === Math.floor(whole / 2) && far === whole - near;
}

type Shape4 = [number, number, number, number];

function dense(weights: OnnxTensor, bias: OnnxTensor | undefined): Layer {
  const matrix = tf.tensor2d(weights.values, [...weights.shape] as [number, number]);
  const added = bias === undefined ? {} : { bias: tf.tensor1d(bias.values) };
  return (x) => tf.fused.matMul({ a: asRows(x), b: matrix, ...added });
}

function asRows(x: tf.Tensor): tf.Tensor2D {
  if (x.rank !== 2) throw unfit('this order of layers');
  return x as tf.Tensor2D;
}

/** What these attributes say when they change nothing; with another value an operator would be another one. */
const NEUTRAL: Readonly<Record<string, number>> = { dilations: 1, transA: 0, transB: 0, alpha: 1, beta: 1, axis: 1 };
const HEEDED = ['kernel_shape', 'strides', 'pads', 'group'];

function refuseUnknown({ operator, attributes }: OnnxNode): void {
  for (const [name, values] of attributes) {
    const isNeutral = Object.hasOwn(NEUTRAL, name) && values.every((value) => value === NEUTRAL[name]);
    if (!isNeutral && !HEEDED.includes(name)) throw unfit(`${operator} with ${name}`);
  }
}

function unfit(what: string): Error {
  return new Error(`tfjs-wasm cannot run ${what}: this model needs RUNTIME=ort`);
}
