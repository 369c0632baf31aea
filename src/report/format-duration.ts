/** A length of time for people: 4 significant digits at most, in us, ms or s, whichever reads best. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  if (size === 0) return '0us';
  if (size < 0.9995) return `${digits(ms * 1000)}us`;
  if (size < 999.5) return `${digits(ms)}ms`;
  return `${digits(ms / 1000)}s`;
}

function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 9.9995 ? 3 : size < 99.995 ? 2 : size < 999.95 ? 1 : 0);
}
