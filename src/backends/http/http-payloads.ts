import { UserError } from '../../errors.js';
import { checkPath } from '../../http-syntax.js';
import { PLACEHOLDERS } from '../../text/template.js';
import type { Payload } from '../../trace.js';
import { urlPath } from '../wire/url-path.js';

/** Throws `UserError` where a payload has no form as a request to this URL, or none in a batch. */
export function checkHttpPayloads(url: string, payloads: readonly Payload[], batched: boolean): void {
  payloads.forEach((payload, index) => {
    const what = `backend http: payload ${String(index)} of the trace`;
    if (payload.kind === 'tensor')
      throw new UserError(
        `${what} is a tensor, which has no HTTP form; give its bytes (a body with a content type) instead`,
      );
    const { request, template } = payload;
    if (batched && (request !== undefined || template === true))
      throw new UserError(`${what} has placeholders, or a method, path or headers of its own, which a batch has not`);
    if (request?.path !== undefined) checkPath(urlPath(request.path, url).replace(/[{}]/g, ''));
  });
}

/** What a reader of the report should know of placeholders: those filled in, and those that are sent as they stand. */
export function placeholderNotes(payloads: readonly Payload[], columns: readonly string[]): readonly string[] {
  const names = [...PLACEHOLDERS, ...columns].map((name) => `{${name}}`);
  const filledIn = new Set<string>();
  let firstLeft: { readonly name: string; readonly index: number } | undefined;
  payloads.forEach((payload, index) => {
    if (payload.kind !== 'bytes') return;
    const bytes = Buffer.from(payload.bytes.buffer, payload.bytes.byteOffset, payload.bytes.byteLength);
    for (const name of names.filter((text) => bytes.includes(text)))
      if (payload.template === true) filledIn.add(name);
      else firstLeft ??= { name, index };
  });
  return [
    ...(filledIn.size === 0 ? [] : [`Filled in for each request, in bodies: ${[...filledIn].join(', ')}.`]),
    ...(firstLeft === undefined
      ? []
      : [
          `Payload ${String(firstLeft.index)} holds the text ${firstLeft.name}, which is sent as it is; it is filled in with --body, or with "template": true in a trace or a target.`,
        ]),
  ];
}
