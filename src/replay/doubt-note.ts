type Facts = Readonly<Record<string, string | number | boolean>>;

/** What is said of answers that may have been matched with the wrong requests, by the merged facts of the clients; undefined: there are none. */
export function doubtNote({ answersInDoubt: count }: Facts): string | undefined {
  if (typeof count !== 'number' || count === 0) return undefined;
  return `${String(count)} answers were counted as they came, on connections where the service later sent more answers than requests were made: they may belong to other requests, so their latencies are in doubt.`;
}
