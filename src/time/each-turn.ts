/** A callback into every turn of this thread's event loop. */
export interface TurnWatch {
  /** While on, the loop takes turns without sleeping. Off at first. */
  stayAwake(on: boolean): void;
  stop(): void;
}

interface Watcher {
  readonly callback: () => void;
  /** Called in a turn that it did not ask for, too. */
  readonly always: boolean;
  awake: boolean;
}

/**
 * Calls back in the `check` phase of turns: after the poll has returned and what it brought was read, before timers.
 * `always`: in every turn, while the loop may sleep all the same; else only while it is to stay awake.
 *
 * All of a thread share one immediate: each leaves 140 bytes of garbage, in a thread that spins 60,000 times a second.
 */
export function eachTurn(callback: () => void, { always }: { readonly always: boolean }): TurnWatch {
  const watcher: Watcher = { callback, always, awake: false };
  // Those who keep the loop awake go first: what they start belongs to this turn.
  watchers = always ? [...watchers, watcher] : [watcher, ...watchers];
  follow();
  const stayAwake = (on: boolean): void => {
    if (watcher.awake === on) return;
    watcher.awake = on;
    awake += on ? 1 : -1;
    follow();
  };
  return {
    stayAwake,
    stop() {
      watchers = watchers.filter((other) => other !== watcher);
      stayAwake(false);
      follow();
    },
  };
}

/** Replaced, never changed: so that a watcher may stop during a turn. */
let watchers: readonly Watcher[] = [];
/** How many want no sleep. */
let awake = 0;
let pending: NodeJS.Immediate | undefined;

function check(): void {
  pending = undefined;
  const present = watchers;
  for (let i = 0; i < present.length; i++) {
    const watcher = present[i] as Watcher;
    if (watcher.always || watcher.awake) watcher.callback();
  }
  follow();
}

/** Has the next turn looked at where somebody wants it. An immediate that is not referenced lets the loop sleep. */
function follow(): void {
  // The last is there always, if any is.
  if (awake === 0 && watchers.at(-1)?.always !== true) {
    clearImmediate(pending);
    pending = undefined;
    return;
  }
  pending ??= setImmediate(check);
  if (awake > 0) pending.ref();
  else pending.unref();
}
