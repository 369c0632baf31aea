/** How often a worker is asked whether it still turns. */
const ASK_EVERY_MS = 1000;

/** Asks a thread whether its event loop still turns, and reports once it has not answered for a time. */
export class SilenceWatch {
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;

  constructor(private readonly ask: () => void) {}

  /** Something came from the thread. */
  heard(): void {
    this.#unanswered = 0;
  }

  /** Watches from now on; a second call replaces the first. Counted in turns of our own, so that a frozen process is no silence. */
  start(mostSeconds: number, onSilent: () => void): void {
    this.end();
    this.#unanswered = 0;
    this.#timer = setInterval(() => {
      if (++this.#unanswered > mostSeconds) {
        this.end();
        onSilent();
      } else this.ask();
    }, ASK_EVERY_MS);
    this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
