import { printable, UserError } from '../../errors.js';
import { isLoopback } from '../wire/is-loopback.js';

const PROVIDER = ['.googleapis.com', '.cloudfunctions.net', '.run.app', '.prediction.vertexai.goog'];

/** Whether it is one of Google's own hosts, which get a token without being asked about. */
export function isGoogleHost({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' && PROVIDER.some((suffix) => hostname.endsWith(suffix));
}

/** Throws `UserError` where a bearer token would go over the network in the clear. */
export function checkTokenIsSafe(backend: string, url: URL): void {
  if (url.protocol === 'https:' || isLoopback(url)) return;
  throw new UserError(
    `backend ${backend}: a token is sent over https only, and ${printable(url.host, 100)} is given with http; give https, or --set auth=none`,
  );
}

/** Reads an address. A token takes the place of user info, and nothing else may hide in it. */
export function parseServiceUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw new Error('give a URL such as https://host/path');
  url.hash = '';
  return url;
}

/** Throws `UserError`, without the address: it holds a secret. */
export function refuseUserInfo(backend: string, url: URL): void {
  if (url.username + url.password === '') return;
  throw new UserError(
    `backend ${backend}: leave the user info out of the address; tokens come from Google credentials`,
  );
}
