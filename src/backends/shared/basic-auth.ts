/** RFC 7617: the user info of a URL as the value of an authorization field. */
export function basicAuth({ username, password }: URL): string {
  const user = Buffer.from(`${decoded(username)}:${decoded(password)}`, 'utf8');
  return `Basic ${user.toString('base64')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
