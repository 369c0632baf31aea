/** Header fields whose values a client keeps, by lower-case name. */
export type KeptHeaders = Readonly<Record<string, string>>;

/** Reads the body of one answer as it comes, and keeps only what it needs. It never throws. */
export interface BodyReader {
  /** `bytes[from, to)` come next in the body. They may change after the call. */
  take(bytes: Uint8Array, from: number, to: number): void;
  /** After the last of them: why the body is not what was expected, for people; null where it is. */
  end(): string | null;
}

/**
 * Called when the head of an answer is complete, with the headers that are kept. Undefined: this body is not read. A client
 * that has read the body so hands the reader on in `Answer.reader`.
 */
export type OpenBody = (status: number, headers: KeptHeaders) => BodyReader | undefined;
