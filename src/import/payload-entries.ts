/** As JSON where writing it again gives the same bytes, else as text. */
export function bodyEntry(body: string): object {
  try {
    const value = JSON.parse(body) as unknown;
    if (JSON.stringify(value) === body) return { json: value };
    return { text: body, headers: { 'Content-Type': 'application/json' } };
  } catch {
    return { text: body };
  }
}

/** A request, perhaps without a body. */
export function requestEntry(method: string, target: string, body?: string): object {
  return { method, path: pathOf(target), ...(body === undefined ? {} : bodyEntry(body)) };
}

/** Of a whole URL only path and query. */
function pathOf(target: string): string {
  return target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '') || '/';
}
