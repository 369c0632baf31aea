/** The name of a cell's folder, of what distinguishes it from others. */
export function idOf(parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .join('_')
    .replace(/[^\w.+@-]+/g, '-');
}
