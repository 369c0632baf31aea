import * as grpc from '@grpc/grpc-js';
import * as protoLoader from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';

/** A call as the server saw it. */
export interface SeenCall {
  readonly method: string;
  readonly request: unknown;
  readonly metadata: grpc.Metadata;
}

export interface PredictionServer {
  readonly port: number;
  readonly seen: SeenCall[];
  close(): void;
}

type Answer = (seen: SeenCall, reply: grpc.sendUnaryData<object>) => void;

const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Vertex AI's prediction service as the protos of Google's own package describe it. */
export async function servePredictions(answer: Answer): Promise<PredictionServer> {
  const definition = await protoLoader.load('google/cloud/aiplatform/v1/prediction_service.proto', {
    includeDirs: [`${packages}/@google-cloud/aiplatform/build/protos`, `${packages}/google-gax/build/protos`],
  });
  const loaded = grpc.loadPackageDefinition(definition) as unknown as {
    google: { cloud: { aiplatform: { v1: { PredictionService: grpc.ServiceClientConstructor } } } };
  };
  const seen: SeenCall[] = [];
  const handler =
    (method: string) =>
    ({ request, metadata }: grpc.ServerUnaryCall<unknown, object>, reply: grpc.sendUnaryData<object>): void => {
      const call = { method, request, metadata };
      seen.push(call);
      answer(call, reply);
    };
  const server = new grpc.Server();
  server.addService(loaded.google.cloud.aiplatform.v1.PredictionService.service, {
    Predict: handler('predict'),
    RawPredict: handler('rawPredict'),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    seen,
    close: () => {
      server.forceShutdown();
    },
  };
}
