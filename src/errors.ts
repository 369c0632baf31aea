/**
 * What the user can fix: bad input, a missing file, a full disk. Its message is one line that says what to do;
 * the command line prints it alone and exits 2. Any other error that reaches the top is a bug and exits 1.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** An option of a backend that it does not know or cannot read. It can be reported by the name under which it was given. */
export class OptionError extends UserError {
  readonly option: string;
  readonly #backend: string;
  readonly #why: string;
  readonly #given: string | undefined;

  /** `given`: `--set option=value` as it may be shown; undefined where the backend has no such option. */
  constructor(backend: string, option: string, why: string, given?: string) {
    super(given === undefined ? `backend ${backend} ${why}` : `backend ${backend}: ${given}: ${why}`);
    this.option = option;
    this.#backend = backend;
    this.#why = why;
    this.#given = given;
  }

  /** The same of `name`, such as `--url` or `REPLAY_RUN_URL`. */
  givenAs(name: string): UserError {
    const what = this.#given === undefined ? `backend ${this.#backend} ${this.#why}` : this.#why;
    return new UserError(`${name}: ${what}`);
  }
}

/** The user's stop came before anything was sent: there is nothing to report, and nothing is left behind. Exit 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('interrupted before the start: nothing was sent');
  }
}

/** The exit codes of the command line, in order of precedence (the first that applies wins). */
export const EXIT = { userError: 2, bug: 1, interrupted: 130, invalid: 96, budget: 105, threshold: 99, ok: 0 } as const;

/**
 * A text from outside (a server's answer, a file's name, a plugin's error) made safe to print and to store: control
 * characters (line ends too), lone surrogates and direction overrides become spaces, and it is cut to `limit` characters.
 */
export function printable(text: string, limit = 300): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ').trim();
  const whole = clean.toWellFormed();
  return whole.length <= limit ? whole : `${whole.slice(0, limit - 1)}…`;
}

/** The message of anything thrown, printable. */
export function messageOf(thrown: unknown): string {
  try {
    return printable(String(thrown instanceof Error ? thrown.message || thrown.name : thrown));
  } catch {
    return 'something that has no text was thrown';
  }
}

/** Whether the user can fix it. By name too: a plugin outside this package has no class of ours to throw. */
export function isUserError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof UserError || (thrown instanceof Error && thrown.name === 'UserError');
  } catch {
    // Its name is a getter that throws.
    return false;
  }
}
