import type { OpenBody } from './body-reader.js';
import { bodyRulesReader, hasBodyRules } from './body-rules.js';
import { type ExpectRule, isExpectedStatus } from './expect-rule.js';

export const CONTENT_ENCODING = 'content-encoding';

/** What a body decompresses to at most, where the options name no limit. */
const LIMIT_BYTES = 64 * 1024 * 1024;

/** Names of the headers that a client has to keep for the reader of a body. */
export function bodyHeaders(expect: ExpectRule): readonly string[] {
  return hasBodyRules(expect.body) ? [CONTENT_ENCODING] : [];
}

/** Reads the bodies of answers whose status is as expected; undefined where no rule is about bodies. */
export async function openBodyRules(expect: ExpectRule, limitBytes = LIMIT_BYTES): Promise<OpenBody | undefined> {
  if (!hasBodyRules(expect.body)) return undefined;
  const { EncodedBody, isEncoded } = await import('./encoded-body.js');
  const reader = bodyRulesReader(expect.body);
  return (status, headers) => {
    if (!isExpectedStatus(expect, status)) return undefined;
    const encoding = headers[CONTENT_ENCODING] ?? '';
    return isEncoded(encoding) ? new EncodedBody(encoding, limitBytes, reader()) : reader();
  };
}
