import type { BackendPlugin } from '../backends/backend.js';
import { UserError } from '../errors.js';
import type { Payload } from '../trace.js';

/** Throws `UserError` where a payload says how it is requested, or has placeholders, and the backend knows of neither. */
export function checkPayloadRequests(plugin: BackendPlugin, payloads: readonly Payload[]): void {
  if (plugin.payloadRequests === true) return;
  payloads.forEach((payload, index) => {
    if (payload.kind !== 'bytes') return;
    const what = `backend ${plugin.name}: payload ${String(index)}`;
    if (payload.request !== undefined)
      throw new UserError(`${what} has a method, path or headers of its own, which only backend http sends`);
    if (payload.template === true)
      throw new UserError(
        `${what} has placeholders, which only backend http fills in; give it with --payload FILE to send it as it is`,
      );
  });
}
