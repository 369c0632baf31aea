import { UserError } from '../../errors.js';
import { parseServiceUrl, refuseUserInfo } from '../google/google-hosts.js';

export type Method = 'predict' | 'rawPredict';

/** How the user names an endpoint. */
export interface EndpointPlace {
  /** An id, or projects/P/locations/R/endpoints/ID. */
  readonly endpoint?: string;
  readonly project?: string;
  readonly region?: string;
  readonly method?: Method;
  /** The base address of its dedicated DNS name. */
  readonly dedicated?: URL;
  /** Another service address. */
  readonly endpointUrl?: URL;
  /** The whole address of the call. */
  readonly url?: URL;
}

export interface EndpointAddress {
  /** Where predictions go. */
  readonly url: string;
  readonly method: Method;
  /** projects/P/locations/R/endpoints/ID; null: not known, since the address does not name it. */
  readonly name: string | null;
  /** Where the endpoint is described; null where it is not known. */
  readonly controlUrl: string | null;
  /** Whether its own DNS name is asked, not the one that all endpoints of a region share. */
  readonly isDedicated: boolean;
}

const NAME = /^projects\/([^/\s]+)\/locations\/([^/\s]+)\/endpoints\/([^/\s]+)$/;
const PROJECT = /^(?:[a-z0-9.-]{1,60}:)?[a-z0-9][a-z0-9-]{0,62}$/;
const REGION = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/;
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const CALL_PATH = /^\/v1(?:beta1)?\/(projects\/[^/]+\/locations\/[^/]+\/endpoints\/[^/:]+):(predict|rawPredict)$/;

/** Throws `UserError`. */
export function endpointAddress(place: EndpointPlace): EndpointAddress {
  for (const url of [place.url, place.dedicated, place.endpointUrl]) if (url !== undefined) checkBase(url);
  return place.url === undefined ? composed(place) : given(place.url, place);
}

function checkBase(url: URL): void {
  refuseUserInfo('ai-platform', url);
}

function composed(place: EndpointPlace): EndpointAddress {
  const { name, region } = resourceName(place);
  const shared = new URL(`https://${region === 'global' ? '' : `${region}-`}aiplatform.googleapis.com`);
  const control = place.endpointUrl ?? shared;
  const method = place.method ?? 'predict';
  return {
    url: below(place.dedicated ?? control, `v1/${name}:${method}`),
    method,
    name,
    controlUrl: below(control, `v1/${name}`),
    isDedicated: place.dedicated !== undefined,
  };
}

/** A path below a base address, which may have a path of its own. */
function below(base: URL, path: string): string {
  if (base.search !== '') {
    throw new UserError(
      'backend ai-platform: leave the query out of endpointUrl and dedicated; url takes a whole address',
    );
  }
  return `${base.href.replace(/\/+$/, '')}/${path}`;
}

function resourceName({ endpoint, project, region }: EndpointPlace): { name: string; region: string } {
  if (endpoint === undefined) {
    throw new UserError(
      'backend ai-platform: give the endpoint with --set endpoint=projects/P/locations/R/endpoints/ID, or endpoint=ID with project and region, or --url',
    );
  }
  const parts = NAME.exec(endpoint);
  const [, ofProject = project, ofRegion = region, id = endpoint] = parts ?? [];
  if (ofProject === undefined || ofRegion === undefined) {
    throw new UserError(
      'backend ai-platform: an endpoint given by its id needs --set project=PROJECT and --set region=REGION',
    );
  }
  if ((project ?? ofProject) !== ofProject || (region ?? ofRegion) !== ofRegion) {
    throw new UserError('backend ai-platform: project or region is not that of the endpoint; give them once');
  }
  checkPart(PROJECT, ofProject, 'project: give the id or number of a project');
  checkPart(REGION, ofRegion, 'region: give one such as us-central1');
  checkPart(ID, id, 'endpoint: give an id, or projects/P/locations/R/endpoints/ID');
  return { name: `projects/${ofProject}/locations/${ofRegion}/endpoints/${id}`, region: ofRegion };
}

function checkPart(pattern: RegExp, text: string, what: string): void {
  if (!pattern.test(text)) throw new UserError(`backend ai-platform: ${what}`);
}

/** A whole address stays as it is; where it has the usual form, the rest follows from it. */
function given(
  url: URL,
  { endpoint, project, region, dedicated, endpointUrl, method }: EndpointPlace,
): EndpointAddress {
  if ([endpoint, project, region, dedicated].some((part) => part !== undefined)) {
    throw new UserError('backend ai-platform: give either url, or endpoint, project, region and dedicated');
  }
  const [, name = null, ofPath] = CALL_PATH.exec(url.pathname) ?? [];
  const control = endpointUrl ?? new URL(url.origin);
  return {
    url: url.href,
    method: method ?? (ofPath === 'rawPredict' ? 'rawPredict' : 'predict'),
    name,
    controlUrl: name === null ? null : below(control, `v1/${name}`),
    isDedicated: url.hostname.endsWith('.prediction.vertexai.goog'),
  };
}

/** A host, or a whole base address (for stand-ins). */
export function parseDedicated(text: string): URL {
  const url = parseServiceUrl(text.includes('://') ? text : `https://${text}`);
  if (url.pathname !== '/' || url.search !== '')
    throw new Error('give a host such as ID.REGION-NUMBER.prediction.vertexai.goog');
  return url;
}
