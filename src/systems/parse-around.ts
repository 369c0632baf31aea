import type { BlockReader } from './read-block.js';
import { BlockReader as Reader } from './read-block.js';
import type { Admission, InitialState, Network, Sender } from './system.js';

/** What a file that leaves a block out says of it. */
function orEmpty(block: BlockReader | undefined): BlockReader {
  return block ?? new Reader({ at: '', kind: 'map', entries: new Map() }, '', new Map());
}

export function parseSender(given: BlockReader | undefined): Sender {
  const block = orEmpty(given);
  const sender: Sender = {
    senders: block.parameter('senders', { unit: 'count', otherwise: 1, whole: true, positive: true, most: 1e6 }),
    ramp: block.parameter('ramp', { unit: 'ms', otherwise: 0 }),
    connectionSetUp: block.parameter('connectionSetUp', { unit: 'ms', otherwise: 0 }),
  };
  block.end();
  return sender;
}

export function parseAdmission(given: BlockReader | undefined): Admission {
  const block = orEmpty(given);
  const admission: Admission = {
    queueLimit: block.parameter('queueLimit', { unit: 'count', otherwise: Infinity, whole: true }),
    waitLimit: block.parameter('waitLimit', { unit: 'ms', otherwise: Infinity }),
    waitLimitActs: block.choice('waitLimitActs', ['while-waiting', 'on-arrival'], 'while-waiting'),
    clientTimeout: block.parameter('clientTimeout', { unit: 'ms', otherwise: Infinity, positive: true }),
    abandonedWork: block.choice('abandonedWork', ['wasted', 'free'], 'wasted'),
  };
  block.end();
  return admission;
}

export function parseNetwork(given: BlockReader | undefined): Network {
  const block = orEmpty(given);
  const network: Network = { roundTrip: block.law('roundTrip', 0) };
  block.end();
  return network;
}

export function parseInitial(given: BlockReader | undefined): InitialState {
  const block = orEmpty(given);
  const initial: InitialState = {
    warm: block.parameter('warm', { unit: 'count', otherwise: 0, whole: true, most: 1e5 }),
  };
  block.end();
  return initial;
}
