/** `1 request`, `2 requests`; `plural` where it is irregular. */
export function counted(n: number, noun: string, plural = `${noun}s`): string {
  return `${String(n)} ${n === 1 ? noun : plural}`;
}
