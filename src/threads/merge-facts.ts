type Facts = Readonly<Record<string, string | number | boolean>>;

/**
 * What the clients of all workers tell, as one: numbers add up, but of those named `most...` the greatest counts, since the
 * peaks of two workers need not come together; anything else is the first worker's.
 */
export function mergeFacts(all: readonly Facts[]): Record<string, string | number | boolean> {
  const merged: Record<string, string | number | boolean> = {};
  for (const facts of all) {
    for (const [name, value] of Object.entries(facts)) {
      const before = merged[name];
      if (typeof value !== 'number' || typeof before !== 'number') merged[name] = before ?? value;
      else merged[name] = name.startsWith('most') ? Math.max(before, value) : before + value;
    }
  }
  return merged;
}
