import type { AttributeValue, Graph, GraphNode, GraphValue, Initializer } from './encode-model.js';
import { uniformWeights } from './uniform-weights.js';

/** Collects a graph node by node. Weights depend on their own number and shape alone, so the bytes are always the same. */
export class GraphBuilder {
  readonly #nodes: GraphNode[] = [];
  readonly #initializers: Initializer[] = [];

  /** Adds a node and returns the name of its output. */
  add(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    output = `n${String(this.#nodes.length)}`,
  ): string {
    this.#nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  /** Seeded weights, uniform in [-bound, bound). */
  weights(shape: readonly number[], bound: number): string {
    return this.#keep(shape, uniformWeights(this.#initializers.length + 1, product(shape), bound));
  }

  /** The same number in every place. */
  filled(shape: readonly number[], value: number): string {
    return this.#keep(shape, new Float32Array(product(shape)).fill(value));
  }

  /** Whole numbers, as shapes and indices need them. */
  integers(...values: readonly number[]): string {
    return this.#keep([values.length], BigInt64Array.from(values, BigInt));
  }

  /** One whole number, without a dimension. */
  integer(value: number): string {
    return this.#keep([], BigInt64Array.of(BigInt(value)));
  }

  finish(name: string, inputs: readonly GraphValue[], outputs: readonly GraphValue[]): Graph {
    return { name, inputs, outputs, nodes: this.#nodes, initializers: this.#initializers };
  }

  #keep(shape: readonly number[], values: Initializer['values']): string {
    const name = `w${String(this.#initializers.length)}`;
    this.#initializers.push({ name, shape, values });
    return name;
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}
