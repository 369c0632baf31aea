import { requestAt, type RequestTemplate, type RunValues } from '../wire/http-request.js';
import { requestBytes } from '../wire/request-bytes.js';
import type { FieldsAndBody, RequestForms } from './http-exchange.js';
import { http2Fields } from './http2-fields.js';

/** A request in the forms of both protocols. Throws `UserError` when a part could be read as something else. */
export function requestForms(template: RequestTemplate, values: RunValues, scheme: 'http' | 'https'): RequestForms {
  const request = requestAt(template, values);
  // The same object for each index where there are no placeholders.
  const first = request(0);
  const whole: FieldsAndBody = { headers: http2Fields(first, scheme), body: first.body };
  const fields = (seq: number): FieldsAndBody => {
    const one = request(seq);
    return one === first ? whole : { headers: http2Fields(one, scheme), body: one.body };
  };
  return { bytes: requestBytes(template, values), fields };
}
