/** `X-Key: 1` is `header.x-key`: the name under which headers of several sources are one. */
export function headerKey(text: string): string {
  const colon = text.indexOf(':');
  return `header.${text
    .slice(0, colon < 0 ? text.length : colon)
    .trim()
    .toLowerCase()}`;
}
