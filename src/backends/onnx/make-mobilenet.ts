import { encodeModel } from './encode-model.js';
import { GraphBuilder } from './graph-builder.js';

const CLASSES = 1001;

/** Pointwise output channels and stride of the thirteen separable blocks. */
const BLOCKS: readonly (readonly [channels: number, stride: number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
];

/**
 * MobileNetV1-1.0-224 (Howard et al., arXiv:1704.04861, table 1) with batch normalisation folded into the convolutions:
 * `input` float32 [N, 3, 224, 224] -> `probabilities` float32 [N, 1001]; 4,222,057 parameters. The weights are synthetic.
 */
export function makeMobilenet(): Uint8Array {
  const graph = new GraphBuilder();
  const layers = { graph, zero: graph.filled([], 0), six: graph.filled([], 6) };
  let channels = 32;
  let x = convolution(layers, 'input', { from: 3, to: channels, kernel: 3, stride: 2, group: 1 });
  for (const [to, stride] of BLOCKS) {
    x = convolution(layers, x, { from: channels, to: channels, kernel: 3, stride, group: channels });
    x = convolution(layers, x, { from: channels, to, kernel: 1, stride: 1, group: 1 });
    channels = to;
  }
  x = graph.add('Flatten', [graph.add('GlobalAveragePool', [x])], { axis: 1 });
  x = graph.add('Gemm', [x, graph.weights([channels, CLASSES], heBound(channels)), graph.filled([CLASSES], 0)]);
  graph.add('Softmax', [x], { axis: 1 }, 'probabilities');
  return encodeModel(
    graph.finish(
      'mobilenet-v1-1.0-224',
      [{ name: 'input', dtype: 'float32', shape: ['N', 3, 224, 224] }],
      [{ name: 'probabilities', dtype: 'float32', shape: ['N', CLASSES] }],
    ),
  );
}

interface Layers {
  readonly graph: GraphBuilder;
  readonly zero: string;
  readonly six: string;
}

interface Convolution {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride: number;
  readonly group: number;
}

/** With ReLU6, and padded as TensorFlow's "same": 224 is even, so a stride of 2 pads the far side only. */
function convolution(
  { graph, zero, six }: Layers,
  x: string,
  { from, to, kernel, stride, group }: Convolution,
): string {
  const fanIn = (from / group) * kernel * kernel;
  const weights = graph.weights([to, from / group, kernel, kernel], heBound(fanIn));
  const near = kernel === 3 && stride === 1 ? 1 : 0;
  const far = kernel === 3 ? 1 : 0;
  const bias = graph.filled([to], 0);
  const y = graph.add('Conv', [x, weights, bias], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [near, near, far, far],
    group,
  });
  return graph.add('Clip', [y, zero, six]);
}

/** He et al., arXiv:1502.01852: variance 2 / fan-in keeps the scale of activations through a ReLU; uniform, so bound^2 = 3 x variance. */
function heBound(fanIn: number): number {
  return Math.sqrt(6 / fanIn);
}
