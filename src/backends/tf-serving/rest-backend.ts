import type { Backend, BackendContext } from '../backend.js';
import { givenTemplate } from '../shared/given-template.js';
import { JSON_TYPE } from '../tensors/instances-json.js';
import { answerJudge } from '../wire/answer-judge.js';
import { PLAIN_CONNECT } from '../wire/connect-options.js';
import type { HeaderField, RequestTemplate } from '../wire/http-request.js';
import { restBackend, type RestService } from '../wire/rest-client.js';
import { templatesClient } from '../wire/templates-client.js';
import { restBatches, restBody } from './rest-body.js';
import type { TfServingOptions } from './tf-serving-options.js';

type Sent = Pick<BackendContext, 'payloads' | 'runId' | 'batchSize' | 'arrivals'>;

/** One worker's client of the REST server. */
export function openRestBackend(options: TfServingOptions, context: BackendContext): Promise<Backend> {
  return restBackend(restService(options, context), context);
}

function restService(options: TfServingOptions, sent: Sent): RestService {
  const { http } = options;
  const { payloads, runId, batchSize, arrivals } = sent;
  const request = requestMaker(options);
  const batches = batchSize === undefined ? undefined : restBatches(payloads, options);
  const table = payloads.map((payload) => request(restBody(payload, options)));
  const batchRequest = batches && ((indexes: Uint32Array) => request(batches.body(indexes)));
  return {
    url: new URL(http.url),
    connections: http.connections,
    method: 'POST',
    expect: http.expect,
    bodyLimitBytes: http.bodyLimitBytes,
    outcomeOf: answerJudge(http.expect),
    batches: batches && { instances: batches },
    connect: (connecting) =>
      templatesClient(http, connecting, { table, batchRequest, values: { runId, uuidKey: http.uuidKey, arrivals } }),
    rehearsed: ({ href }) => restService(rehearsal(options, href), { ...sent, payloads: [REHEARSED_PAYLOAD] }),
  };
}

/** A body as a whole request. */
function requestMaker({ http }: TfServingOptions): (body: Uint8Array) => RequestTemplate {
  const { host, pathname, search } = new URL(http.url);
  const own = http.headers.map(([name, value]) => [name, givenTemplate(value, http.columns)] as const);
  const ownNames = own.map(([name]) => name.toLowerCase());
  const usual: readonly HeaderField[] = [
    ['host', host],
    ['user-agent', 'replay'],
    ['accept', JSON_TYPE],
    ['content-type', JSON_TYPE],
  ];
  const headers = [...usual.filter(([name]) => !ownNames.includes(name)), ...own];
  return (body) => ({ method: 'POST', path: pathname + search, headers, body });
}

const REHEARSED_PAYLOAD = { kind: 'tensor', tensor: { dtype: 'float32', shape: [1, 1], seed: 1 } } as const;

function rehearsal(options: TfServingOptions, url: string): TfServingOptions {
  return { ...options, method: 'predict', input: null, http: { ...options.http, url, connect: PLAIN_CONNECT } };
}
