import { percentDecoded } from '../text/percent-decoded.js';

/** What a request to the REST server is about. */
export type RestRoute =
  | { readonly asks: 'inference'; readonly verb: RestVerb; readonly target: RestTarget }
  | {
      readonly asks: 'facts';
      readonly about: 'status' | 'metadata' | 'v2-model' | 'v2-model-ready';
      readonly target: RestTarget;
    }
  | { readonly asks: 'server'; readonly about: 'v2-server' | 'v2-live' | 'v2-ready' };

export type RestVerb = 'predict' | 'classify' | 'regress' | 'infer';

/** The model that a path names; what it leaves out is ''. */
export interface RestTarget {
  readonly name: string;
  readonly version: string;
  readonly label: string;
}

const TF_MODEL =
  /^\/v1\/models\/([^/:]+)(?:\/versions\/(\d+)|\/labels\/([^/:]+))?(:predict|:classify|:regress|\/metadata)?$/;
const V2_MODEL = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(\/infer|\/ready)?$/;
const V2_SERVER = { '/v2': 'v2-server', '/v2/health/live': 'v2-live', '/v2/health/ready': 'v2-ready' } as const;

/** Undefined where method and path name nothing that is served. */
export function restRoute(method: string, path: string): RestRoute | undefined {
  return tfRoute(method, path) ?? v2Route(method, path);
}

function tfRoute(method: string, path: string): RestRoute | undefined {
  const [whole, name, version = '', label = '', ending = ''] = TF_MODEL.exec(path) ?? [];
  if (whole === undefined) return undefined;
  const target = { name: percentDecoded(name ?? ''), version, label: percentDecoded(label) };
  const verb = ending.slice(1);
  if (verb === 'predict' || verb === 'classify' || verb === 'regress')
    return method === 'POST' ? { asks: 'inference', verb, target } : undefined;
  if (method !== 'GET') return undefined;
  return { asks: 'facts', about: verb === 'metadata' ? 'metadata' : 'status', target };
}

function v2Route(method: string, path: string): RestRoute | undefined {
  if (method === 'GET' && Object.hasOwn(V2_SERVER, path))
    return { asks: 'server', about: V2_SERVER[path as keyof typeof V2_SERVER] };
  const [whole, name, version = '', ending = ''] = V2_MODEL.exec(path) ?? [];
  if (whole === undefined) return undefined;
  const target = { name: percentDecoded(name ?? ''), version, label: '' };
  if (ending === '/infer') return method === 'POST' ? { asks: 'inference', verb: 'infer', target } : undefined;
  if (method !== 'GET') return undefined;
  return { asks: 'facts', about: ending === '/ready' ? 'v2-model-ready' : 'v2-model', target };
}
