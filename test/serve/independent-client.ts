import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/**
 * The public interface of TensorFlow Serving, written for these tests alone, by field numbers; the server knows nothing of
 * this text, nor this client of the server's description.
 */
const PROTO = `
syntax = "proto3";
package tensorflow.serving;
import "google/protobuf/any.proto";
import "google/protobuf/wrappers.proto";
message Dim { int64 size = 1; string name = 2; }
message Shape { repeated Dim dim = 2; bool unknown_rank = 3; }
message Tensor {
  int32 dtype = 1; Shape tensor_shape = 2; int32 version_number = 3; bytes tensor_content = 4;
  repeated float float_val = 5; repeated double double_val = 6; repeated int32 int_val = 7; repeated bytes string_val = 8;
  repeated float scomplex_val = 9; repeated int64 int64_val = 10; repeated bool bool_val = 11;
}
message Spec {
  string name = 1;
  oneof version_choice { google.protobuf.Int64Value version = 2; string version_label = 4; }
  string signature_name = 3;
}
message PredictRequest { Spec model_spec = 1; map<string, Tensor> inputs = 2; repeated string output_filter = 3; }
message PredictResponse { map<string, Tensor> outputs = 1; Spec model_spec = 2; }
message Bytes { repeated bytes value = 1; }
message Floats { repeated float value = 1; }
message Integers { repeated int64 value = 1; }
message Feature { oneof kind { Bytes bytes_list = 1; Floats float_list = 2; Integers int64_list = 3; } }
message Features { map<string, Feature> feature = 1; }
message Example { Features features = 1; }
message Examples { repeated Example examples = 1; }
message ExamplesWithContext { repeated Example examples = 1; Example context = 2; }
message Input { oneof kind { Examples example_list = 1; ExamplesWithContext example_list_with_context = 2; } }
message ExamplesRequest { Spec model_spec = 1; Input input = 2; }
message Class { string label = 1; float score = 2; }
message Classes { repeated Class classes = 1; }
message ClassificationResult { repeated Classes classifications = 1; }
message ClassificationResponse { ClassificationResult result = 1; Spec model_spec = 2; }
message Regression { float value = 1; }
message RegressionResult { repeated Regression regressions = 1; }
message RegressionResponse { RegressionResult result = 1; Spec model_spec = 2; }
message MetadataRequest { Spec model_spec = 1; repeated string metadata_field = 2; }
message MetadataResponse { Spec model_spec = 1; map<string, google.protobuf.Any> metadata = 2; }
message Info { string name = 1; int32 dtype = 2; Shape tensor_shape = 3; }
message Signature { map<string, Info> inputs = 1; map<string, Info> outputs = 2; string method_name = 3; }
message SignatureDefMap { map<string, Signature> signature_def = 1; }
message StatusRequest { Spec model_spec = 1; }
message Status { int32 error_code = 1; string error_message = 2; }
message VersionStatus { int64 version = 1; int32 state = 2; Status status = 3; }
message StatusResponse { repeated VersionStatus model_version_status = 1; }
service PredictionService {
  rpc Classify(ExamplesRequest) returns (ClassificationResponse);
  rpc Regress(ExamplesRequest) returns (RegressionResponse);
  rpc Predict(PredictRequest) returns (PredictResponse);
  rpc GetModelMetadata(MetadataRequest) returns (MetadataResponse);
}
service ModelService { rpc GetModelStatus(StatusRequest) returns (StatusResponse); }
`;

interface Codec {
  readonly serialize: (value: object) => Buffer;
  readonly deserialize: (bytes: Buffer) => object;
}

export type Ask<Reply> = (request: object) => Promise<Reply>;

interface TensorReply {
  readonly dtype: number;
  readonly tensor_shape: { readonly dim: readonly { readonly size: string }[] };
  readonly float_val: readonly number[];
}

interface SignatureReply {
  readonly inputs: Readonly<Record<string, TensorReply>>;
  readonly outputs: Readonly<Record<string, TensorReply>>;
}

export interface IndependentClient {
  readonly predict: Ask<{ readonly outputs: Readonly<Record<string, TensorReply>>; readonly model_spec: object }>;
  readonly classify: Ask<{
    readonly result: {
      readonly classifications: readonly {
        readonly classes: readonly { readonly label: string; readonly score: number }[];
      }[];
    };
  }>;
  readonly regress: Ask<{ readonly result: { readonly regressions: readonly { readonly value: number }[] } }>;
  readonly metadata: Ask<{
    readonly metadata: Readonly<Record<string, { readonly type_url: string; readonly value: Buffer }>>;
  }>;
  readonly status: Ask<{ readonly model_version_status: readonly object[] }>;
  /** Of an encoded `SignatureDefMap`. */
  readonly signatures: (bytes: Buffer) => { readonly signature_def: Readonly<Record<string, SignatureReply>> };
  close(): void;
}

export const definitions = loadDefinitions();

function loadDefinitions() {
  const folder = mkdtempSync(join(tmpdir(), 'replay-proto-'));
  try {
    const path = join(folder, 'serving.proto');
    writeFileSync(path, PROTO);
    return loadSync(path, { keepCase: true, longs: String, defaults: true, oneofs: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function independentClient(address: string): IndependentClient {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const ask =
    <Reply>(service: string, name: string): Ask<Reply> =>
    (request) =>
      new Promise((resolve, reject) => {
        const method = (definitions[`tensorflow.serving.${service}`] as grpc.ServiceDefinition)[name];
        if (method === undefined) throw new Error(`${name} is not in the text`);
        const { path, requestSerialize, responseDeserialize } = method;
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, reply) => {
          if (error === null) resolve(reply as Reply);
          else reject(error);
        });
      });
  const map = definitions['tensorflow.serving.SignatureDefMap'] as unknown as Codec;
  return {
    predict: ask('PredictionService', 'Predict'),
    classify: ask('PredictionService', 'Classify'),
    regress: ask('PredictionService', 'Regress'),
    metadata: ask('PredictionService', 'GetModelMetadata'),
    status: ask('ModelService', 'GetModelStatus'),
    signatures: (bytes) => map.deserialize(bytes) as ReturnType<IndependentClient['signatures']>,
    close() {
      client.close();
    },
  };
}

/** The status an asking ended with. */
export async function failure(asking: Promise<unknown>): Promise<{ readonly code: string; readonly details: string }> {
  try {
    await asking;
  } catch (thrown) {
    const { code, details } = thrown as grpc.ServiceError;
    return { code: grpc.status[code], details };
  }
  return { code: 'OK', details: '' };
}

export function shapeOf(...sizes: number[]): object {
  return { dim: sizes.map((size) => ({ size })) };
}

/** The bytes of values as `tensor_content` has them. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
