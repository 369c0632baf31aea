import { parseService } from './parse-service.js';
import type { BlockReader } from './read-block.js';
import type { Autoscaler, Batcher, Server } from './system.js';

const COUNT = { unit: 'count', whole: true, positive: true, most: 1e5 } as const;

export function parseServer(block: BlockReader): Server {
  const batcher = block.block('batcher');
  const autoscaler = block.block('autoscaler');
  const server: Server = {
    kind: 'server',
    instances: block.parameter('instances', { ...COUNT, otherwise: 1 }),
    workers: block.parameter('workers', { ...COUNT, otherwise: 1 }),
    service: parseService(block),
    lone: block.parameter('lone', { unit: 'ms', otherwise: 0 }),
    slowdown: block.parameter('slowdown', { unit: 'share', otherwise: 0, most: 100 }),
    slowAbove: block.parameter('slowAbove', { unit: 'count', otherwise: 1, whole: true }),
    batcher: batcher === undefined ? null : parseBatcher(batcher),
    autoscaler: autoscaler === undefined ? null : parseAutoscaler(autoscaler),
  };
  block.end();
  return server;
}

function parseBatcher(block: BlockReader): Batcher {
  const batcher: Batcher = {
    maxSize: block.parameter('maxSize', { ...COUNT }),
    maxDelay: block.parameter('maxDelay', { unit: 'ms', otherwise: 0 }),
  };
  block.end();
  return batcher;
}

function parseAutoscaler(block: BlockReader): Autoscaler {
  const metric = block.choice(
    'metric',
    ['utilisation', 'requests-per-instance', 'waiting-per-instance', 'in-flight-per-instance'],
    'utilisation',
  );
  const autoscaler: Autoscaler = {
    metric,
    target: block.parameter('target', { unit: 'count', positive: true }),
    period: block.parameter('period', { unit: 'ms', otherwise: 60_000, positive: true }),
    delay: block.parameter('delay', { unit: 'ms' }),
    minimum: block.parameter('minimum', { ...COUNT, otherwise: 1 }),
    maximum: block.parameter('maximum', { ...COUNT }),
    scaleOutCooldown: block.parameter('scaleOutCooldown', { unit: 'ms', otherwise: 0 }),
    scaleInCooldown: block.parameter('scaleInCooldown', { unit: 'ms', otherwise: 300_000 }),
  };
  block.end();
  return autoscaler;
}
