import type { ConnectionOptions } from 'node:tls';
import type { Payload } from '../trace.js';

/** What a backend is given on the main thread, before the workers start. */
export interface SetUp {
  /** Payloads of the trace; may be empty. */
  readonly payloads: readonly Payload[];
  /** This many calls may be open at once. */
  readonly mostInFlight: number;
  /** Set: calls are batches of 1 to this many requests. A payload that cannot go with others is a `UserError` here. */
  readonly batchSize?: number;
  /** Informs the user of what takes long; stderr. */
  readonly progress: (text: string) => void;
  /** The environment, so that it can be tested. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** How long a call may take; one question to the service before the start takes no longer either. Absent: not limited. */
  readonly timeoutMs?: number;
  /** As in `BackendContext`. */
  readonly hide?: Hide;
}

/**
 * Names a secret that the backend got by itself, such as a token, before it is sent: from then on no report, file or message
 * of the run shows it, its parts or its usual encodings. The last 64 values count, up to 16,384 characters of each.
 */
export type Hide = (secret: string) => void;

export interface SetUpResult<Options> {
  readonly options: Options;
  /** Replaces an empty payload table. */
  readonly payloads?: readonly Payload[];
  /** Sentences for the report (for instance that the weights are synthetic). */
  readonly notes?: readonly string[];
  /**
   * What is known of the service before the start, by name, no secret: the hash of a model file, its size. Runs that differ
   * in it are of different systems.
   */
  readonly served?: Readonly<Record<string, string | number | boolean>>;
}

/** What a dry run can learn of a service without a request; each part may be absent. Main thread. */
export interface BackendChecks<Options> {
  /** Before `setUp`: what calls are signed with or carry, in words that tell no secret. Rejects with `UserError` where it cannot be had. */
  credentials?(options: Options, env: SetUp['env']): Promise<string>;
  /** Where requests go. Rejects with `UserError` where it is unknown. */
  address?(options: Options, env: SetUp['env']): Promise<ServiceLocation>;
  /** Bytes of each payload as the body of one request (with `batchSize`: this many of it in one), in the service's own encoding; after `setUp`. */
  sizes?(options: Options, payloads: readonly Payload[], batchSize?: number): Promise<readonly number[]>;
  /** What the service takes at most; `provisioned`: what the probe reports, where it does. */
  limit?(options: Options, provisioned: readonly Capacity[]): SizeLimit;
}

export interface ServiceLocation {
  readonly url: URL;
  /** The certificate is not checked. */
  readonly insecure?: boolean;
  /** Certificates, keys and the server name for TLS, where that is not the host of the URL. */
  readonly tls?: ConnectionOptions;
  /** A socket's path, or an address, to connect to in place of the host of the URL. */
  readonly at?: { readonly path: string } | { readonly host: string };
}

/** The largest body of a request. */
export interface SizeLimit {
  readonly bytes: number;
  /** What has this limit: `a synchronous invocation`. */
  readonly of: string;
  /** Absent: all of `bytes` is sure to be taken; else what lies above this is not everywhere. */
  readonly sureBytes?: number;
}

/** Something provisioned. What costs by the hour is of kind `instances`, `replicas` or `machines`. */
export interface Capacity {
  readonly kind: string;
  readonly count: number;
}
