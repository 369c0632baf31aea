import type { HttpOptions } from './http-options.js';
import type { RunValues } from './http-request.js';
import { requestBytes } from './request-bytes.js';
import { type RequestTable, tableRequests } from './requests.js';
import { type Connecting, leanClient, type RestClient } from './rest-client.js';
import { wireOptions } from './wire-options.js';

/** What is sent: requests, and what their placeholders stand for. */
export interface TemplatesSent extends RequestTable {
  readonly values: RunValues;
}

/** HTTP/1.1 over the lean wire, as the options say. */
export function templatesClient(options: HttpOptions, connecting: Connecting, sent: TemplatesSent): RestClient {
  const requests = tableRequests(
    sent,
    (template) => requestBytes(template, sent.values),
    (made) => made(0).length,
  );
  const wire = { ...connecting, url: new URL(options.url), ...wireOptions(options, connecting.connections) };
  return leanClient(wire, requests);
}
