import { encodeModel, type GraphValue } from './encode-model.js';
import { GraphBuilder } from './graph-builder.js';

const LAYERS = 12;
const VOCABULARY = 30_000;
const EMBEDDING = 128;
const HIDDEN = 768;
const HEADS = 12;
const HEAD = HIDDEN / HEADS;
const FEED_FORWARD = 3072;
const POSITIONS = 512;

/**
 * ALBERT-base (Lan et al., arXiv:1909.11942, table 1): `input_ids`, `attention_mask`, `token_type_ids` int64 [N, S],
 * S at most 512 -> `last_hidden_state` float32 [N, S, 768] and `pooler_output` [N, 768]. The twelve layers share one set
 * of initializers; 11,683,584 parameters. The weights are synthetic.
 */
export function makeAlbert(): Uint8Array {
  const graph = new GraphBuilder();
  const attend = additiveMask(graph);
  const layer = layerWeights(graph);
  let x = linear(graph, embed(graph), linearWeights(graph, EMBEDDING, HIDDEN));
  for (let i = 0; i < LAYERS; i++) x = encoderLayer(graph, x, attend, layer);
  graph.add('Identity', [x], {}, 'last_hidden_state');
  const first = graph.add('Gather', [x, graph.integer(0)], { axis: 1 });
  graph.add('Tanh', [linear(graph, first, linearWeights(graph, HIDDEN, HIDDEN))], {}, 'pooler_output');
  const tokens = (name: string): GraphValue => ({ name, dtype: 'int64', shape: ['N', 'S'] });
  return encodeModel(
    graph.finish(
      'albert-base',
      [tokens('input_ids'), tokens('attention_mask'), tokens('token_type_ids')],
      [
        { name: 'last_hidden_state', dtype: 'float32', shape: ['N', 'S', HIDDEN] },
        { name: 'pooler_output', dtype: 'float32', shape: ['N', HIDDEN] },
      ],
    ),
  );
}

/** 0 where a token counts and -10,000 where it does not, to be added to attention scores: [N, 1, 1, S]. */
function additiveMask(graph: GraphBuilder): string {
  const mask = graph.add('Cast', [graph.add('Unsqueeze', ['attention_mask', graph.integers(1, 2)])], { to: 1 });
  return graph.add('Mul', [graph.add('Sub', [graph.filled([], 1), mask]), graph.filled([], -10_000)]);
}

/** Word + position + segment, normalised: [N, S, 128]. */
function embed(graph: GraphBuilder): string {
  const words = graph.add('Gather', [embeddingTable(graph, VOCABULARY), 'input_ids']);
  const segments = graph.add('Gather', [embeddingTable(graph, 2), 'token_type_ids']);
  const length = graph.add('Gather', [graph.add('Shape', ['input_ids']), graph.integers(1)]);
  const positions = graph.add('Slice', [
    embeddingTable(graph, POSITIONS),
    graph.integers(0),
    length,
    graph.integers(0),
  ]);
  const sum = graph.add('Add', [graph.add('Add', [words, segments]), positions]);
  return normalise(graph, sum, normWeights(graph, EMBEDDING));
}

/** The usual standard deviation of 0.02; a uniform bound is sqrt(3) times that. */
function embeddingTable(graph: GraphBuilder, rows: number): string {
  return graph.weights([rows, EMBEDDING], 0.02 * Math.sqrt(3));
}

interface Linear {
  readonly weights: string;
  readonly bias: string;
}

interface LayerWeights {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly afterAttention: Linear;
  readonly widen: Linear;
  readonly narrow: Linear;
  readonly afterFeedForward: Linear;
  readonly constants: {
    readonly splitShape: string;
    readonly joinShape: string;
    readonly scale: string;
    readonly half: string;
    readonly one: string;
    readonly cubic: string;
    readonly rootTwoOverPi: string;
  };
}

function layerWeights(graph: GraphBuilder): LayerWeights {
  return {
    query: linearWeights(graph, HIDDEN, HIDDEN),
    key: linearWeights(graph, HIDDEN, HIDDEN),
    value: linearWeights(graph, HIDDEN, HIDDEN),
    output: linearWeights(graph, HIDDEN, HIDDEN),
    afterAttention: normWeights(graph, HIDDEN),
    widen: linearWeights(graph, HIDDEN, FEED_FORWARD),
    narrow: linearWeights(graph, FEED_FORWARD, HIDDEN),
    afterFeedForward: normWeights(graph, HIDDEN),
    constants: {
      splitShape: graph.integers(0, 0, HEADS, HEAD),
      joinShape: graph.integers(0, 0, HIDDEN),
      scale: graph.filled([], 1 / Math.sqrt(HEAD)),
      half: graph.filled([], 0.5),
      one: graph.filled([], 1),
      cubic: graph.filled([], 0.044715),
      rootTwoOverPi: graph.filled([], Math.sqrt(2 / Math.PI)),
    },
  };
}

function encoderLayer(graph: GraphBuilder, x: string, attend: string, layer: LayerWeights): string {
  const attended = linear(graph, attention(graph, x, attend, layer), layer.output);
  const middle = normalise(graph, graph.add('Add', [x, attended]), layer.afterAttention);
  const wide = gelu(graph, linear(graph, middle, layer.widen), layer.constants);
  return normalise(graph, graph.add('Add', [middle, linear(graph, wide, layer.narrow)]), layer.afterFeedForward);
}

/** Scaled dot-product attention (Vaswani et al., arXiv:1706.03762, section 3.2.1) in twelve heads: [N, S, 768] -> [N, S, 768]. */
function attention(
  graph: GraphBuilder,
  x: string,
  attend: string,
  { query, key, value, constants }: LayerWeights,
): string {
  const heads = (weights: Linear, perm: readonly number[]): string =>
    graph.add('Transpose', [graph.add('Reshape', [linear(graph, x, weights), constants.splitShape])], { perm });
  const scores = graph.add('MatMul', [heads(query, [0, 2, 1, 3]), heads(key, [0, 2, 3, 1])]);
  const masked = graph.add('Add', [graph.add('Mul', [scores, constants.scale]), attend]);
  const mixed = graph.add('MatMul', [graph.add('Softmax', [masked], { axis: -1 }), heads(value, [0, 2, 1, 3])]);
  return graph.add('Reshape', [graph.add('Transpose', [mixed], { perm: [0, 2, 1, 3] }), constants.joinShape]);
}

/** The tanh form (Hendrycks and Gimpel, arXiv:1606.08415): x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
function gelu(graph: GraphBuilder, x: string, { half, one, cubic, rootTwoOverPi }: LayerWeights['constants']): string {
  const cube = graph.add('Mul', [graph.add('Mul', [x, x]), x]);
  const inner = graph.add('Mul', [graph.add('Add', [x, graph.add('Mul', [cube, cubic])]), rootTwoOverPi]);
  return graph.add('Mul', [graph.add('Mul', [x, half]), graph.add('Add', [graph.add('Tanh', [inner]), one])]);
}

function linearWeights(graph: GraphBuilder, from: number, to: number): Linear {
  // Variance 1 / fan-in keeps the scale where no ReLU follows.
  return { weights: graph.weights([from, to], Math.sqrt(3 / from)), bias: graph.filled([to], 0) };
}

function linear(graph: GraphBuilder, x: string, { weights, bias }: Linear): string {
  return graph.add('Add', [graph.add('MatMul', [x, weights]), bias]);
}

function normWeights(graph: GraphBuilder, width: number): Linear {
  return { weights: graph.filled([width], 1), bias: graph.filled([width], 0) };
}

function normalise(graph: GraphBuilder, x: string, { weights, bias }: Linear): string {
  return graph.add('LayerNormalization', [x, weights, bias], { axis: -1, epsilon: { float: 1e-12 } });
}
