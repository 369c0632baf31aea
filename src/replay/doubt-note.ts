type Facts = Readonly<Record<string, string | number | boolean>>;

/** What is said of answers that may have been matched with the wrong requests, by the merged facts of the clients; undefined: there are none. */
export function doubtNote({ answersInDoubt: count }: Facts): string | undefined {
  if (typeof count !== 'number' || count === 0) return undefined;
  const [answers, they] = count === 1 ? ['1 answer was', 'it'] : [`${String(count)} answers were`, 'they'];
  return `${answers} counted on arrival, on a connection on which the service later sent more answers than it had requests: ${they} may belong to other requests, so the latency is in doubt.`;
}
