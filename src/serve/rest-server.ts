import type { AddressInfo } from 'node:net';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { float32Json } from '../backends/tensors/tensor-json.js';
import { printable } from '../errors.js';
import { refusedHost } from '../text/refused-host.js';
import { batchOf, classesOf, readExamples, valuesOf } from './examples.js';
import type { Inference, Place } from './inference.js';
import { metadataJson, statusJson } from './model-metadata.js';
import { describeModel, inferAnswer, readInfer } from './open-inference.js';
import { parseJsonObject, textMember } from './parse-json.js';
import { predictAnswer, readPredict } from './predict-json.js';
import { restRoute, type RestRoute, type RestTarget, type RestVerb } from './rest-route.js';
import { checkModelSpec, type ServedModel } from './served-model.js';
import { ServingError, servingError, HTTP_STATUSES } from './serving-error.js';

/** Of one request. */
export const MOST_BODY_BYTES = 256 * 1024 * 1024;

/** How long a connection may take for what, ms. */
export interface ConnectionLimits {
  /** For the head of a request, also the first of a connection. */
  readonly headersMs: number;
  /** For a whole request. */
  readonly requestMs: number;
  /** Without a byte of a body, or taking none of an answer. */
  readonly stallMs: number;
  /** Between requests: longer than the pauses of a trace, so that a client's connections stay. */
  readonly keepAliveMs: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  headersMs: 10_000,
  requestMs: 60_000,
  stallMs: 5000,
  keepAliveMs: 60_000,
};
const CHECK_EVERY_MS = 1000;

export interface RestServer {
  /** Not listening yet. */
  readonly server: Server;
  /** From now on each answer is the last of its connection. */
  endConnections(): void;
  /** Cuts off callers whose request has not come whole. */
  dropUnfinished(): void;
}

/** The REST interface of TensorFlow Serving and of the Open Inference Protocol, version 2. */
export function createRestServer(inference: Inference, limits: ConnectionLimits = CONNECTION_LIMITS): RestServer {
  const unfinished = new Set<IncomingMessage>();
  let stopping = false;
  const { headersMs, requestMs, stallMs, keepAliveMs } = limits;
  const timeouts = { headersTimeout: headersMs, requestTimeout: requestMs, keepAliveTimeout: keepAliveMs };
  const checking = { connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, headersMs, requestMs) };
  const server = createServer({ ...timeouts, ...checking }, (request, response) => {
    dropStalled(request, response, stallMs);
    unfinished.add(request);
    request.once('close', () => unfinished.delete(request));
    response.on('finish', () => {
      // What is kept open would keep a stopping server up.
      if (stopping) request.socket.end();
    });
    const refusal = refusedHost(request.headers.host, (server.address() as AddressInfo | null)?.address ?? '');
    if (refusal === undefined) void answer(inference, request, response, stopping);
    else refuse(request, response, refusal);
  });
  return {
    server,
    endConnections() {
      stopping = true;
    },
    dropUnfinished() {
      for (const request of unfinished) if (!request.complete) request.destroy();
    },
  };
}

/** A caller that stops sending its body, or taking its answer, is cut off: its place goes to the next. */
function dropStalled(request: IncomingMessage, response: ServerResponse, stallMs: number): void {
  const { socket } = request;
  const drop = (): void => {
    socket.destroy();
  };
  // Not while the model runs: then both sides are silent.
  const watch = (): void => void socket.setTimeout(stallMs);
  const rest = (): void => void socket.setTimeout(0);
  socket.on('timeout', drop);
  watch();
  request.once('end', rest);
  response.once('prefinish', () => {
    request.removeListener('end', rest);
    watch();
  });
  // From its end on, Node's own limit between requests holds.
  response.once('close', () => {
    socket.removeListener('timeout', drop);
  });
}

function refuse(request: IncomingMessage, response: ServerResponse, why: string): void {
  request.resume();
  response.setHeader('connection', 'close');
  send(response, 421, JSON.stringify({ error: why }));
}

async function answer(
  inference: Inference,
  request: IncomingMessage,
  response: ServerResponse,
  isLast: boolean,
): Promise<void> {
  if (isLast) response.setHeader('connection', 'close');
  try {
    const method = request.method ?? '';
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const route = restRoute(method, path);
    if (route === undefined) throw malformed(method, path);
    send(response, 200, await bodyFor(inference, route, request, response));
  } catch (thrown) {
    const { status, message } = servingError(thrown);
    // A body that is refused early is still read, and thrown away: a closed connection could lose the refusal.
    request.resume();
    send(response, HTTP_STATUSES[status], JSON.stringify({ error: message }));
  }
}

function malformed(method: string, path: string): ServingError {
  const isKnown = path.startsWith('/v1/');
  return new ServingError(
    isKnown ? 'INVALID_ARGUMENT' : 'NOT_FOUND',
    `Malformed request: ${printable(`${method} ${path}`, 200)}`,
  );
}

function send(response: ServerResponse, status: number, body: string): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function bodyFor(
  inference: Inference,
  route: RestRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<string> {
  if (route.asks === 'server') return JSON.stringify(ABOUT_SERVER[route.about]);
  const { model } = inference;
  if (route.asks === 'facts') {
    checkModelSpec(model, spec(route.target));
    return JSON.stringify(ABOUT_MODEL[route.about](model));
  }
  return await inPlace(inference, response, async (place) => {
    checkModelSpec(model, spec(route.target));
    return await VERBS[route.verb](inference, await bodyOf(request), place, route.target);
  });
}

const ABOUT_SERVER = {
  'v2-server': { name: 'replay', version: '1', extensions: [] },
  'v2-live': { live: true },
  'v2-ready': { ready: true },
};

const ABOUT_MODEL = {
  status: statusJson,
  metadata: metadataJson,
  'v2-model': describeModel,
  'v2-model-ready': ({ name }: ServedModel) => ({ name, ready: true }),
};

function spec(target: RestTarget, signature = ''): RestTarget & { readonly signature: string } {
  return { ...target, signature };
}

/** A caller that hangs up gives its place to the next. */
async function inPlace(
  inference: Inference,
  response: ServerResponse,
  work: (place: Place) => Promise<string>,
): Promise<string> {
  const place = inference.enter();
  const leave = (): void => {
    place.leave();
  };
  response.once('close', leave);
  try {
    return await work(place);
  } finally {
    leave();
  }
}

type Verb = (inference: Inference, body: Uint8Array, place: Place, target: RestTarget) => Promise<string>;

const VERBS: Readonly<Record<RestVerb, Verb>> = { predict, classify, regress, infer };

async function predict({ model }: Inference, body: Uint8Array, place: Place, target: RestTarget): Promise<string> {
  const { signature, form, inputs } = readPredict(parseJsonObject(body), model);
  checkModelSpec(model, spec(target, signature));
  return predictAnswer(form, await place.run(inputs));
}

async function classify({ model }: Inference, body: Uint8Array, place: Place, target: RestTarget): Promise<string> {
  const json = parseJsonObject(body);
  checkModelSpec(model, spec(target, textMember(json, 'signature_name')));
  const examples = readExamples(json);
  const classes = classesOf(await place.run(batchOf(examples, model)), examples.length);
  const rows = classes.map((scores) => scores.map((score, i) => `["${String(i)}",${float32Json(score)}]`).join(','));
  return `{"results":[${rows.map((row) => `[${row}]`).join(',')}]}`;
}

async function regress({ model }: Inference, body: Uint8Array, place: Place, target: RestTarget): Promise<string> {
  const json = parseJsonObject(body);
  checkModelSpec(model, spec(target, textMember(json, 'signature_name')));
  const examples = readExamples(json);
  const values = valuesOf(await place.run(batchOf(examples, model)), examples.length);
  return `{"results":[${values.map(float32Json).join(',')}]}`;
}

async function infer({ model }: Inference, body: Uint8Array, place: Place): Promise<string> {
  const question = readInfer(parseJsonObject(body), model);
  return inferAnswer(question, model, await place.run(question.inputs));
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const tooLarge = new ServingError(
    'RESOURCE_EXHAUSTED',
    `a body may have ${String(MOST_BODY_BYTES)} bytes; send fewer in one request`,
  );
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY_BYTES) throw tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BODY_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length);
}
