import type { AnyDefinition, EnumTypeDefinition, MessageTypeDefinition, MethodDefinition } from '@grpc/proto-loader';
import { UserError } from '../../errors.js';

/** Metadata of a call: what headers are to HTTP. */
export type { Metadata as GrpcMetadata } from '@grpc/grpc-js';

/** The gRPC library. */
export type Grpc = typeof import('@grpc/grpc-js');

/** A unary method as both ends of a connection need it. */
export interface GrpcMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly encodeRequest: (value: object) => Buffer;
  readonly decodeRequest: (bytes: Buffer) => object;
  readonly encodeResponse: (value: object) => Buffer;
  readonly decodeResponse: (bytes: Buffer) => object;
}

/** gRPC takes 80 ms to load, and few runs use it. Throws `UserError` naming the command that installs what is missing. */
export async function loadGrpc(): Promise<Grpc> {
  const grpc = await installed(() => import('@grpc/grpc-js'));
  // What fails is reported by the error itself, and standard error is the user's.
  grpc.setLogVerbosity(grpc.logVerbosity.NONE);
  return grpc;
}

/** Messages and services that are described. */
export interface GrpcDescription {
  /** The methods of a service by name. */
  methods(service: string): ReadonlyMap<string, GrpcMethod>;
  message(name: string): GrpcMessage;
}

export interface GrpcMessage {
  readonly encode: (value: object) => Buffer;
  readonly decode: (bytes: Buffer) => object;
}

/**
 * Codecs from a description in protobufjs' JSON form. 64-bit integers are decimal strings, enums numbers, bytes buffers;
 * what is absent has its default.
 */
export async function loadDescription(json: object): Promise<GrpcDescription> {
  const { fromJSON } = await installed(() => import('@grpc/proto-loader'));
  const all = fromJSON(json, { keepCase: true, longs: String, defaults: true, oneofs: true });
  return {
    methods(name) {
      const service = all[name];
      if (service === undefined || isMessageOrEnum(service)) throw new Error(`service ${name} is not described`);
      return new Map(Object.entries(service).map(([method, definition]) => [method, codecOf(definition)]));
    },
    message(name) {
      const type = all[name];
      if (type === undefined || !isMessage(type)) throw new Error(`message ${name} is not described`);
      return { encode: type.serialize, decode: type.deserialize };
    },
  };
}

function isMessageOrEnum(
  definition: AnyDefinition,
): definition is MessageTypeDefinition<object, object> | EnumTypeDefinition {
  return typeof definition['format'] === 'string';
}

function isMessage(definition: AnyDefinition): definition is MessageTypeDefinition<object, object> {
  return isMessageOrEnum(definition) && 'serialize' in definition;
}

function codecOf(method: MethodDefinition<object, object>): GrpcMethod {
  return {
    path: method.path,
    encodeRequest: method.requestSerialize,
    decodeRequest: method.requestDeserialize,
    encodeResponse: method.responseSerialize,
    decodeResponse: method.responseDeserialize,
  };
}

async function installed<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_MODULE_NOT_FOUND')
      throw new UserError('gRPC is not installed; run: npm install @grpc/grpc-js@1.14.7 @grpc/proto-loader@0.8.1');
    throw thrown;
  }
}
