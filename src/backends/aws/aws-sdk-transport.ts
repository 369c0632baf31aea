import type { BackendContext } from '../backend.js';
import { connectionShare } from '../wire/connection-share.js';

/** The vendor's transport opens at most 50 connections unless set otherwise: an open loop would queue there unseen. */
export function sdkTransport(connections: number | null, context: Pick<BackendContext, 'worker' | 'workers'>) {
  const { max } = connectionShare(connections, context);
  const agent = { keepAlive: true, maxSockets: max ?? Infinity };
  return { httpAgent: agent, httpsAgent: agent, socketAcquisitionWarningTimeout: 2 ** 31 - 1 };
}
