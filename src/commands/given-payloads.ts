import { parsedWithoutNonFinite } from '../backends/tensors/json-body.js';
import { UserError } from '../errors.js';
import type { Payload } from '../trace.js';

export interface PayloadFlags {
  readonly body: string | undefined;
  readonly payload: string | undefined;
  readonly targets: string | undefined;
  readonly 'payload-by'?: string | undefined;
}

/** The payloads that `--body`, `--payload` or `--targets` give in place of the trace's, whose `columns` they may name; undefined where none is given. */
export async function givenPayloads(
  { body, payload, targets }: Partial<PayloadFlags>,
  columns: readonly string[] = [],
): Promise<readonly Payload[] | undefined> {
  if ([body, payload, targets].filter((given) => given !== undefined).length > 1)
    throw new UserError('--body, --payload and --targets are ways to say the same; give one');
  if (targets !== undefined) return (await import('../trace-file/read-targets.js')).readTargets(targets, columns);
  const { readPayloadArgument } = await import('../trace-file/payloads.js');
  if (payload !== undefined) return readPayloadArgument(payload);
  if (body?.startsWith('@') === true) return readPayloadArgument(body.slice(1), true, columns);
  return body === undefined ? undefined : [await bodyPayload(body, columns)];
}

async function bodyPayload(body: string, columns: readonly string[]): Promise<Payload> {
  const { exampleOf, isJson, templatedPayload } = await import('../trace-file/templated-payload.js');
  const example = exampleOf(body, columns);
  const contentType = isJson(example) || isLooseJson(example) ? 'application/json' : 'text/plain; charset=utf-8';
  const bytes = new TextEncoder().encode(body);
  return templatedPayload({ kind: 'bytes', contentType, bytes }, (text) => new UserError(`--body: ${text}`), columns);
}

/** NaN within an object or a list is JSON to TensorFlow Serving; other backends say that they cannot send it. */
function isLooseJson(text: string): boolean {
  return /^\s*[[{]/.test(text) && parsedWithoutNonFinite(text) !== undefined;
}
