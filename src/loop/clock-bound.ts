import type { BackendPlugin } from '../backends/backend.js';
import { UserError } from '../errors.js';
import type { InFlight } from './in-flight.js';
import type { VirtualClock } from '../time/virtual-clock.js';

/** Notices a backend that waits for anything but the clock: virtual time would jump over what it does meanwhile. */
export interface ClockBound {
  /** The places of open requests; leaving one is an answer, which only the clock may have brought about. */
  readonly inFlight: InFlight;
  /** Called before time moves. Throws `UserError` where an open request waits for something else. */
  readonly beforeJump: () => void;
}

type Waiting = Pick<BackendPlugin, 'name' | 'waits'>;

/**
 * Two rules. While a request is open, the backend waits on the clock for at least one of them (the others may queue behind
 * it). And an answer comes in a turn of the event loop that the clock began, never in one of a timer or a socket; of a
 * backend that waits by callback, within a call of the engine or the clock.
 */
export function clockBound({ name, waits }: Waiting, clock: VirtualClock, places: InFlight): ClockBound {
  let open = 0;
  let strayed = false;
  return {
    inFlight: {
      enter() {
        const entered = places.enter();
        if (entered) open++;
        return entered;
      },
      leave() {
        open--;
        strayed ||= !clock.drives();
        places.leave();
      },
    },
    beforeJump() {
      if (strayed || (open > 0 && clock.backendWaits() === 0)) throw offTheClock(name, waits);
    },
  };
}

function offTheClock(name: string, waits: BackendPlugin['waits']): UserError {
  if (waits === 'by-callback')
    return new UserError(
      `backend ${name} says that it waits by callback, and settled a request outside of a callback of clock.at (after a promise, ` +
        `a timer, a socket): settle in the callback, or say waits: 'on-the-clock' and use clock.until`,
    );
  return new UserError(
    `backend ${name} waits for real time (a timer, a socket, a thread) during a request, so that virtual time has no ` +
      `meaning for it: use --time real, or let every wait of the plugin be clock.until`,
  );
}
