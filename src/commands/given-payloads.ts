import { parsedWithoutNonFinite } from '../backends/shared/json-body.js';
import { UserError } from '../errors.js';
import type { Payload } from '../trace.js';

export interface PayloadFlags {
  readonly body: string | undefined;
  readonly payload: string | undefined;
}

/** The payloads that `--body` or `--payload` give in place of the trace's; undefined where neither is given. */
export async function givenPayloads({ body, payload }: Partial<PayloadFlags>): Promise<readonly Payload[] | undefined> {
  if (body !== undefined && payload !== undefined)
    throw new UserError('--body and --payload are two ways to say the same; give one');
  const { readPayloadArgument } = await import('../trace-file/payloads.js');
  if (payload !== undefined) return readPayloadArgument(payload);
  if (body?.startsWith('@') === true) return readPayloadArgument(body.slice(1));
  if (body === undefined) return undefined;
  return [
    {
      kind: 'bytes',
      contentType: isJson(body) ? 'application/json' : 'text/plain; charset=utf-8',
      bytes: new TextEncoder().encode(body),
    },
  ];
}

/** NaN within an object or a list is JSON to TensorFlow Serving; other backends say that they cannot send it. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return /^\s*[[{]/.test(text) && parsedWithoutNonFinite(text) !== undefined;
  }
}
