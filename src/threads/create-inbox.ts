/** What comes one by one and is taken one by one, in order. */
export interface Inbox<T> {
  put(one: T): void;
  /** Resolves with the next, when it is there. One may wait at a time. */
  readonly take: () => Promise<T>;
}

export function createInbox<T>(): Inbox<T> {
  const waiting: T[] = [];
  let taker: ((one: T) => void) | undefined;
  return {
    put(one) {
      if (taker === undefined) {
        waiting.push(one);
        return;
      }
      const take = taker;
      taker = undefined;
      take(one);
    },
    take: () =>
      new Promise<T>((resolve) => {
        const one = waiting.shift();
        if (one === undefined) taker = resolve;
        else resolve(one);
      }),
  };
}
