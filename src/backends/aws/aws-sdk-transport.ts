import type { BackendContext } from '../backend.js';
import { trustInTls } from '../wire/connect-options.js';
import { connectionShare } from '../wire/connection-share.js';
import type { AwsOptions } from './aws-options.js';

/** The vendor's transport opens at most 50 connections unless set otherwise: an open loop would queue there unseen. */
export function sdkTransport(
  { connections, connect }: Pick<AwsOptions, 'connections' | 'connect'>,
  context: Pick<BackendContext, 'worker' | 'workers'>,
) {
  const { max } = connectionShare(connections, context);
  const agent = { keepAlive: true, maxSockets: max ?? Infinity };
  return {
    httpAgent: agent,
    httpsAgent: { ...agent, ...trustInTls(connect) },
    socketAcquisitionWarningTimeout: 2 ** 31 - 1,
  };
}
