/** A library that runs models, behind the few calls that serving needs. */
export interface ModelRuntime {
  load(model: Uint8Array): Promise<LoadedModel>;
}

export interface LoadedModel {
  readonly inputs: readonly ModelInput[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

export interface ModelInput {
  readonly name: string;
  /** As ONNX Runtime calls it: `float32`, `int64`, ... */
  readonly type: string;
}

/** Row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}
