/**
 * The gRPC interface of TensorFlow Serving in protobufjs' JSON form: as much of it as serving and calling a model takes.
 * Names and numbers are those of github.com/tensorflow/serving (apis/*.proto) and github.com/tensorflow/tensorflow
 * (core/framework, core/example); a parser skips the fields left out here.
 */

interface Field {
  readonly type: string;
  readonly id: number;
  readonly rule?: 'repeated';
  readonly keyType?: 'string';
  readonly options?: { readonly packed: true };
}

const one = (type: string, id: number): Field => ({ type, id });
const many = (type: string, id: number): Field => ({ rule: 'repeated', type, id });
const packed = (type: string, id: number): Field => ({ ...many(type, id), options: { packed: true } });
const named = (type: string, id: number): Field => ({ keyType: 'string', type, id });
const message = (fields: Readonly<Record<string, Field>>): object => ({ fields });
const choice = (name: string, of: readonly string[], fields: Readonly<Record<string, Field>>): object => ({
  oneofs: { [name]: { oneof: of } },
  fields,
});
const unary = (requestType: string, responseType: string): object => ({ requestType, responseType });

const FRAMEWORK = {
  DataType: {
    values: {
      DT_INVALID: 0,
      DT_FLOAT: 1,
      DT_DOUBLE: 2,
      DT_INT32: 3,
      DT_UINT8: 4,
      DT_INT16: 5,
      DT_INT8: 6,
      DT_STRING: 7,
      DT_COMPLEX64: 8,
      DT_INT64: 9,
      DT_BOOL: 10,
      DT_BFLOAT16: 14,
      DT_UINT16: 17,
      DT_COMPLEX128: 18,
      DT_HALF: 19,
      DT_UINT32: 22,
      DT_UINT64: 23,
    },
  },
  TensorShapeProto: {
    fields: { dim: many('Dim', 2), unknown_rank: one('bool', 3) },
    nested: { Dim: message({ size: one('int64', 1), name: one('string', 2) }) },
  },
  TensorProto: message({
    dtype: one('DataType', 1),
    tensor_shape: one('TensorShapeProto', 2),
    version_number: one('int32', 3),
    tensor_content: one('bytes', 4),
    float_val: packed('float', 5),
    double_val: packed('double', 6),
    int_val: packed('int32', 7),
    string_val: many('bytes', 8),
    int64_val: packed('int64', 10),
    bool_val: packed('bool', 11),
  }),
  TensorInfo: choice('encoding', ['name'], {
    name: one('string', 1),
    dtype: one('DataType', 2),
    tensor_shape: one('TensorShapeProto', 3),
  }),
  SignatureDef: message({
    inputs: named('TensorInfo', 1),
    outputs: named('TensorInfo', 2),
    method_name: one('string', 3),
  }),
  BytesList: message({ value: many('bytes', 1) }),
  FloatList: message({ value: packed('float', 1) }),
  Int64List: message({ value: packed('int64', 1) }),
  Feature: choice('kind', ['bytes_list', 'float_list', 'int64_list'], {
    bytes_list: one('BytesList', 1),
    float_list: one('FloatList', 2),
    int64_list: one('Int64List', 3),
  }),
  Features: message({ feature: named('Feature', 1) }),
  Example: message({ features: one('Features', 1) }),
};

const SERVING = {
  ModelSpec: choice('version_choice', ['version', 'version_label'], {
    name: one('string', 1),
    version: one('google.protobuf.Int64Value', 2),
    signature_name: one('string', 3),
    version_label: one('string', 4),
  }),
  PredictRequest: message({
    model_spec: one('ModelSpec', 1),
    inputs: named('TensorProto', 2),
    output_filter: many('string', 3),
  }),
  PredictResponse: message({ outputs: named('TensorProto', 1), model_spec: one('ModelSpec', 2) }),
  ExampleList: message({ examples: many('Example', 1) }),
  ExampleListWithContext: message({ examples: many('Example', 1), context: one('Example', 2) }),
  Input: choice('kind', ['example_list', 'example_list_with_context'], {
    example_list: one('ExampleList', 1),
    example_list_with_context: one('ExampleListWithContext', 2),
  }),
  Class: message({ label: one('string', 1), score: one('float', 2) }),
  Classifications: message({ classes: many('Class', 1) }),
  ClassificationResult: message({ classifications: many('Classifications', 1) }),
  ClassificationRequest: message({ model_spec: one('ModelSpec', 1), input: one('Input', 2) }),
  ClassificationResponse: message({ result: one('ClassificationResult', 1), model_spec: one('ModelSpec', 2) }),
  Regression: message({ value: one('float', 1) }),
  RegressionResult: message({ regressions: many('Regression', 1) }),
  RegressionRequest: message({ model_spec: one('ModelSpec', 1), input: one('Input', 2) }),
  RegressionResponse: message({ result: one('RegressionResult', 1), model_spec: one('ModelSpec', 2) }),
  SignatureDefMap: message({ signature_def: named('SignatureDef', 1) }),
  GetModelMetadataRequest: message({ model_spec: one('ModelSpec', 1), metadata_field: many('string', 2) }),
  GetModelMetadataResponse: message({
    model_spec: one('ModelSpec', 1),
    metadata: named('google.protobuf.Any', 2),
  }),
  StatusProto: message({ error_code: one('int32', 1), error_message: one('string', 2) }),
  ModelVersionStatus: message({ version: one('int64', 1), state: one('int32', 2), status: one('StatusProto', 3) }),
  GetModelStatusRequest: message({ model_spec: one('ModelSpec', 1) }),
  GetModelStatusResponse: message({ model_version_status: many('ModelVersionStatus', 1) }),
  PredictionService: {
    methods: {
      Classify: unary('ClassificationRequest', 'ClassificationResponse'),
      Regress: unary('RegressionRequest', 'RegressionResponse'),
      Predict: unary('PredictRequest', 'PredictResponse'),
      GetModelMetadata: unary('GetModelMetadataRequest', 'GetModelMetadataResponse'),
    },
  },
  ModelService: { methods: { GetModelStatus: unary('GetModelStatusRequest', 'GetModelStatusResponse') } },
};

const WELL_KNOWN = {
  Int64Value: message({ value: one('int64', 1) }),
  Any: message({ type_url: one('string', 1), value: one('bytes', 2) }),
};

export const TF_SERVING = {
  nested: {
    google: { nested: { protobuf: { nested: WELL_KNOWN } } },
    tensorflow: { nested: { ...FRAMEWORK, serving: { nested: SERVING } } },
  },
};

export const PREDICTION_SERVICE = 'tensorflow.serving.PredictionService';
export const MODEL_SERVICE = 'tensorflow.serving.ModelService';
export const SIGNATURE_DEF_MAP = 'tensorflow.serving.SignatureDefMap';
