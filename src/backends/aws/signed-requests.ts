import { batchCache } from '../tensors/batch-cache.js';
import { type HeaderField, requestBytes } from '../wire/request-bytes.js';
import { type AwsCredentials, createSigner, encodeQuery, type QueryField, sha256, type SigningScope } from './sigv4.js';
import { payloadAt } from '../shared/payload-at.js';
import { type BytesOf, noBatch, type Requests } from '../wire/requests.js';

/** One entry of the payload table as a request; its length is added here. */
export interface RequestToSign {
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
  /** Before encoding. */
  readonly query: readonly QueryField[];
  /** `host` among them. */
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array;
}

export interface Signing {
  readonly scope: SigningScope;
  /** Those of now; another object once they were renewed. */
  readonly credentials: () => AwsCredentials;
}

/** The wall clock, ms: a signature holds for minutes around the server's time. */
const wallClock = (): number => Date.now();

/**
 * A signature depends on the payload, the second and the credentials only, so each is made once and reused within its
 * second; those of the last second are let go, so that memory holds what is sent in one. The request that carries a batch is
 * made and hashed once for each content, while the cache holds it. `signing` null: not signed.
 */
export function createSignedRequests(
  requests: readonly RequestToSign[],
  signing: Signing | null,
  nowMs: () => number = wallClock,
  batchRequest: (payloads: Uint32Array) => RequestToSign = noBatch,
): Requests<BytesOf> {
  const makers = requests.map((request) => requestMaker(request, signing?.scope ?? null));
  let made: (BytesOf | undefined)[] = [];
  let second = NaN;
  let credentials: AwsCredentials | null = null;
  const isStale = (now: number): boolean =>
    signing !== null && (Math.floor(now / 1000) !== second || signing.credentials() !== credentials);
  const renew = (): void => {
    const now = nowMs();
    if (!isStale(now)) return;
    second = Math.floor(now / 1000);
    credentials = signing?.credentials() ?? null;
    made = [];
  };
  const batches = batchCache(
    (payloads) => {
      const request = batchRequest(payloads);
      return {
        make: requestMaker(request, signing?.scope ?? null),
        size: 2 * request.body.length,
        signed: noSignature,
      };
    },
    ({ size }) => size,
  );
  return {
    of(payload) {
      renew();
      return (made[payload] ??= payloadAt(makers, payload)(credentials, second * 1000));
    },
    ofBatch(payloads) {
      renew();
      const batch = batches(payloads);
      const { signed } = batch;
      if (Object.is(signed.second, second) && signed.credentials === credentials) return signed.bytes;
      const bytes = batch.make(credentials, second * 1000);
      batch.signed = { bytes, second, credentials };
      return bytes;
    },
  };
}

/** Unlike any second. */
const noSignature: Signed = { bytes: () => new Uint8Array(0), second: -1, credentials: null };

interface Signed {
  readonly bytes: BytesOf;
  /** NaN where nothing is signed. */
  readonly second: number;
  readonly credentials: AwsCredentials | null;
}

type Maker = (credentials: AwsCredentials | null, dateMs: number) => BytesOf;

function requestMaker({ method, path, query, headers, body }: RequestToSign, scope: SigningScope | null): Maker {
  const own: readonly HeaderField[] = [...headers, ['content-length', String(body.length)]];
  const target = query.length === 0 ? path : `${path}?${encodeQuery(query)}`;
  const sign =
    scope === null ? null : createSigner({ method, path, query, headers: own, bodySha256: sha256(body) }, scope);
  return (credentials, dateMs) => {
    const added = sign === null || credentials === null ? [] : sign(credentials, dateMs);
    return requestBytes({ method, path: target, headers: [...own, ...added], body });
  };
}
