/** The statuses of gRPC that are used here, and the HTTP status that TensorFlow Serving's REST server gives each. */
export const HTTP_STATUSES = {
  CANCELLED: 499,
  INVALID_ARGUMENT: 400,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;
export type ServingStatus = keyof typeof HTTP_STATUSES;

/** What a caller gets in place of an answer; the server goes on. */
export class ServingError extends Error {
  override readonly name = 'ServingError';

  constructor(
    readonly status: ServingStatus,
    message: string,
  ) {
    super(message);
  }
}

/** Anything thrown while a request was read is for the caller to fix, unless it says what it is. */
export function servingError(thrown: unknown): ServingError {
  if (thrown instanceof ServingError) return thrown;
  return new ServingError('INVALID_ARGUMENT', thrown instanceof Error ? thrown.message : String(thrown));
}
