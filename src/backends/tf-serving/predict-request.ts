import type { Payload } from '../../trace.js';
import { loadDescription, type GrpcMethod } from '../grpc/grpc-runtime.js';
import { PREDICTION_SERVICE, TF_SERVING } from '../grpc/grpc-tf-serving.js';
import type { Tensor } from '../tensors/tensor.js';
import { tensorContentProto } from '../tensors/tensor-proto.js';
import { payloadTensors } from './payload-tensors.js';
import type { TfServingOptions } from './tf-serving-options.js';

export async function predictMethod(): Promise<GrpcMethod> {
  const method = (await loadDescription(TF_SERVING)).methods(PREDICTION_SERVICE).get('Predict');
  if (method === undefined) throw new Error('Predict is not described');
  return method;
}

/** A payload as an encoded `PredictRequest`. Throws an Error that says what is wrong with it. */
export function predictRequest(method: GrpcMethod, payload: Payload, options: TfServingOptions): Buffer {
  return requestOf(method, payloadTensors(payload, options), options);
}

/** Inputs by name as an encoded `PredictRequest`. */
export function requestOf(
  method: GrpcMethod,
  inputs: ReadonlyMap<string, Tensor>,
  { model, version, signature }: Pick<TfServingOptions, 'model' | 'version' | 'signature'>,
): Buffer {
  return method.encodeRequest({
    model_spec: {
      name: model,
      signature_name: signature ?? '',
      ...(version === null ? {} : { version: { value: version } }),
    },
    inputs: Object.fromEntries([...inputs].map(([name, tensor]) => [name, tensorContentProto(tensor)])) as object,
  });
}
