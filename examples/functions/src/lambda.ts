import { serveModel, type Served } from './serve-model.js';
import { BadRequest } from './instances.js';
import { tellCold, tellUsage } from './tell.js';

/** An event of a function URL (payload format 2.0); an Invoke has the request itself. */
interface UrlEvent {
  readonly requestContext: { readonly http: unknown };
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

interface UrlAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** AWS Lambda: `Invoke` with `{"instances": [...]}`, or a function URL. */
export async function handler(event: unknown): Promise<UrlAnswer | { readonly predictions: readonly unknown[] }> {
  if (isUrlEvent(event)) return answerUrl(event);
  const served = await serveModel(event);
  // An Invoke carries no headers of ours: the log does, and its last lines come back with the answer.
  if (served.stages !== null) console.log(`x-replay-usage ${JSON.stringify(tellUsage(served))}`);
  return { predictions: served.predictions };
}

function isUrlEvent(event: unknown): event is UrlEvent {
  const context = (event as { requestContext?: { http?: unknown } } | null | undefined)?.requestContext;
  return context?.http !== undefined;
}

async function answerUrl({ body = '', isBase64Encoded = false }: UrlEvent): Promise<UrlAnswer> {
  try {
    const served = await serveModel(parseJson(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body));
    return { statusCode: 200, headers: headersOf(served), body: JSON.stringify({ predictions: served.predictions }) };
  } catch (thrown) {
    if (!(thrown instanceof BadRequest)) throw thrown;
    return { statusCode: 400, headers: JSON_HEADERS, body: JSON.stringify({ error: thrown.message }) };
  }
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function headersOf(served: Served): Record<string, string> {
  return {
    ...JSON_HEADERS,
    'x-replay-cold-start': tellCold(served),
    'x-replay-usage': JSON.stringify(tellUsage(served)),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BadRequest('the body is no JSON');
  }
}
