import { percentDecoded } from '../../text/percent-decoded.js';

/** RFC 7617: the user info of a URL as the value of an authorization field. */
export function basicAuth({ username, password }: URL): string {
  const user = Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`, 'utf8');
  return `Basic ${user.toString('base64')}`;
}
