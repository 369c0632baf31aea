import type { BackendContext } from '../backend.js';

/** The vendor's transport opens at most 50 connections unless told otherwise: an open loop would queue there unseen. */
export function sdkTransport(
  connections: number | null,
  { worker, workers }: Pick<BackendContext, 'worker' | 'workers'>,
) {
  const share = Math.floor(((connections ?? 0) + workers - 1 - worker) / workers);
  const agent = { keepAlive: true, maxSockets: connections === null ? Infinity : share };
  return { httpAgent: agent, httpsAgent: agent, socketAcquisitionWarningTimeout: 2 ** 31 - 1 };
}
