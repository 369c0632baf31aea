import type { BackendPlugin } from '../backends/backend.js';

/** Whether the backend, with these parsed options, sees the moment the first byte is sent. */
export function knowsSent({ knowsSent: told }: BackendPlugin, options: unknown): boolean {
  // A plugin in JavaScript may leave it out.
  const knows: unknown = typeof told === 'function' ? told(options) : told;
  return knows === true;
}
