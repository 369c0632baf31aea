import { dataTypeName, dataTypeNumber } from '../backends/tensors/tensor-proto.js';
import { MODEL_VERSION, SIGNATURE, type ServedModel, type TensorInfo } from './served-model.js';

const PREDICT_METHOD = 'tensorflow/serving/predict';

/** `GetModelStatusResponse` in the JSON form of protocol buffers. */
export function statusJson(): object {
  return {
    model_version_status: [
      { version: MODEL_VERSION, state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
    ],
  };
}

/** `GetModelMetadataResponse` in the JSON form of protocol buffers. */
export function metadataJson({ name, inputs, outputs }: ServedModel): object {
  const infos = (tensors: readonly TensorInfo[]): object => tensorInfos(tensors, (dtype) => dataTypeName(dtype));
  return {
    model_spec: { name, signature_name: '', version: MODEL_VERSION },
    metadata: {
      signature_def: {
        signature_def: {
          [SIGNATURE]: { inputs: infos(inputs), outputs: infos(outputs), method_name: PREDICT_METHOD },
        },
      },
    },
  };
}

/** `SignatureDefMap` as a message. */
export function signatureDefMap({ inputs, outputs }: ServedModel): object {
  const infos = (tensors: readonly TensorInfo[]): object => tensorInfos(tensors, (dtype) => dataTypeNumber(dtype));
  return {
    signature_def: { [SIGNATURE]: { inputs: infos(inputs), outputs: infos(outputs), method_name: PREDICT_METHOD } },
  };
}

/** A free dimension is -1. */
function tensorInfos(tensors: readonly TensorInfo[], type: (dtype: TensorInfo['dtype']) => string | number): object {
  return Object.fromEntries(
    tensors.map(({ name, dtype, shape }) => [
      name,
      {
        dtype: type(dtype),
        tensor_shape: {
          dim: shape.map((size) => ({ size: typeof size === 'number' ? String(size) : '-1', name: '' })),
          unknown_rank: false,
        },
        name,
      },
    ]),
  );
}
