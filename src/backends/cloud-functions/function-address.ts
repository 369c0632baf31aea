import { UserError } from '../../errors.js';
import { parseServiceUrl, refuseUserInfo } from '../google/google-hosts.js';

export type Generation = 1 | 2;

/** Where a function lies: its address, or its name, region and project. */
export interface Place {
  readonly url?: URL;
  readonly function?: string;
  readonly region?: string;
  readonly project?: string;
  readonly generation?: Generation;
  readonly audience?: string;
}

export interface FunctionAddress {
  readonly url: string;
  readonly generation: Generation;
  /** Whom an ID token for it is made out to. */
  readonly audience: string;
  /** Where it runs; null: the address does not say. */
  readonly region: string | null;
}

const GEN1_SUFFIX = '.cloudfunctions.net';

/** Throws `UserError`. */
export function functionAddress(place: Place): FunctionAddress {
  const url = placeUrl(place);
  refuseUserInfo('cloud-functions', url);
  const onGen1Host = url.hostname.endsWith(GEN1_SUFFIX);
  if (place.generation === 1 && url.hostname.endsWith('.run.app')) {
    throw new UserError('backend cloud-functions: what lies on run.app is of generation 2; leave --set generation out');
  }
  const generation = place.generation ?? (onGen1Host ? 1 : 2);
  const audience = place.audience ?? defaultAudience(url, generation, onGen1Host);
  // The library writes it into an address as it is.
  if (/[&#\s]/.test(audience)) {
    throw new UserError('backend cloud-functions: the address makes no audience; give one with --set audience=');
  }
  return { url: url.href, generation, audience, region: place.region ?? regionOf(url) };
}

/** `REGION-PROJECT.cloudfunctions.net`, `SERVICE-NUMBER.REGION.run.app`. */
function regionOf({ hostname }: URL): string | null {
  const found =
    /^([a-z]+-[a-z]+\d{1,2})-[^.]+\.cloudfunctions\.net$/.exec(hostname) ??
    /\.([a-z]+-[a-z]+\d{1,2})\.run\.app$/.exec(hostname);
  return found?.[1] ?? null;
}

function placeUrl({ url, function: name, region, project }: Place): URL {
  const isNamed = name !== undefined || region !== undefined || project !== undefined;
  if (url !== undefined && isNamed) {
    throw new UserError('backend cloud-functions: give either url, or function, region and project');
  }
  if (url !== undefined) return url;
  if (name === undefined || region === undefined || project === undefined) {
    throw new UserError(
      'backend cloud-functions: give the function with --url https://..., or --set function=NAME --set region=REGION --set project=PROJECT',
    );
  }
  return parseServiceUrl(`https://${region}-${project}${GEN1_SUFFIX}/${name}`);
}

/**
 * A service of generation 2 is known by its origin. On cloudfunctions.net all functions of a project share one origin, so
 * there the address of the function is meant, of either generation. It is the first part of the path; what follows is the
 * function's own.
 */
function defaultAudience(url: URL, generation: Generation, onGen1Host: boolean): string {
  if (!onGen1Host) return generation === 1 ? url.origin + url.pathname : url.origin;
  const name = url.pathname.split('/')[1] ?? '';
  if (name === '') {
    throw new UserError('backend cloud-functions: the address names no function; give https://HOST/NAME');
  }
  return `${url.origin}/${name}`;
}
