import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import aiPlatform from '#src/backends/ai-platform';
import type { Backend, BackendPlugin, RawOptions } from '#src/backends/backend';
import cloudFunctions from '#src/backends/cloud-functions';
import sagemaker from '#src/backends/sagemaker';
import { Cost } from '#src/collectors/cost/cost';
import type { CapacityReading } from '#src/cost-terms';
import { probeCapacity } from '#src/threads/probe-capacity';
import type { CostSection } from '#src/report';
import { COLD_STARTS } from '#src/sample';
import { ENDED, planFor } from '../collectors/sample-rows.js';
import { calls, usageBlock } from '../collectors/usage-rows.js';
import { isolateAws, startFakeAws } from '../support/fake-aws.js';
import { serveHttp } from '../support/fake-google.js';
import { call, json, preparedBackend } from '../support/prepared-backend.js';
import { realClock } from './wire/real-clock.js';

const open: { close?(): void | Promise<void> }[] = [];
beforeEach(() => {
  isolateAws();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close?.();
});

/** From 0, 300 and 600 s on, of 870 s that are billed, and what remains a minute later. */
const REPLICAS = [1, 4, 2, 2];
const AT_MS = [0, 300_000, 600_000, 930_000];

/** What the probe of a real client reads at each moment, and what the fold of a run's cost makes of it. */
async function costOf<O>(plugin: BackendPlugin<O>, raw: RawOptions): Promise<CostSection> {
  const options = plugin.parseOptions(raw);
  const context = {
    clock: realClock(),
    payloads: [json('[[1]]')],
    worker: 0,
    workers: 1,
    runId: 'r',
    seed: 1,
    virtual: false,
  };
  const backend = await plugin.create(options, context);
  open.push(backend);
  const capacity: CapacityReading[] = [];
  for (const atMs of AT_MS) capacity.push({ ...(await reading(backend)), atMs });
  const billing = plugin.billing?.(options) ?? null;
  const fold = new Cost({ plan: PLAN, cost: { billing, prices: '2026-11', machine: null } });
  const last = calls(1, undefined, { seq: 1, dueMs: 800_000, doneMs: 870_000 });
  fold.add(usageBlock([...calls(1, undefined), ...last]));
  return fold.finish({ ...ENDED, endedMs: 870_000, capacity });
}

const PLAN = planFor([], { planned: 2, durationMs: 870_000, duePerSecond: new Array<number>(870).fill(0) });

async function reading(backend: Backend): Promise<CapacityReading> {
  const [only] = await probeCapacity(backend, realClock(), AbortSignal.abort());
  if (only === undefined) throw new Error('there was no reading');
  return only;
}

/** 300 s x 1 + 300 s x 4 + 270 s x 2. */
const REPLICA_SECONDS = 2040;

describe('an endpoint of Vertex AI that goes from 1 to 4 to 2 replicas', () => {
  const machineSpec = { machineType: 'n1-standard-8', acceleratorType: 'NVIDIA_TESLA_T4', acceleratorCount: 1 };
  const endpoint = async (spec: object, region = 'us-central1'): Promise<RawOptions> => {
    let asked = 0;
    const server = await serveHttp((_request, response) => {
      const status = { availableReplicaCount: REPLICAS[asked++] };
      response.end(
        JSON.stringify({ deployedModels: [{ id: '1', dedicatedResources: { machineSpec: spec }, status }] }),
      );
    });
    open.push(server);
    const name = `projects/p-1/locations/${region}/endpoints/42`;
    return { endpoint: name, endpointUrl: `http://127.0.0.1:${String(server.port)}` };
  };

  it('costs machine and accelerator for as long as each was there', async () => {
    const cost = await costOf(aiPlatform, await endpoint(machineSpec));
    expect(cost.reason).toBeNull();
    const items = cost.items.map(({ what, quantity }) => [what, quantity] as const);
    expect(items.map(([what]) => what)).toEqual(['vertex:n1-standard-8, instances', 'vertex:t4, instances']);
    for (const [, hours] of items) expect(hours).toBeCloseTo(REPLICA_SECONDS / 3600, 12);
    expect(cost.total).toBeCloseTo((REPLICA_SECONDS * (0.438 + 0.402)) / 3600, 12);
    // Each change may have come any time between two readings.
    expect(cost.low).toBeCloseTo(((300 * 1 + 300 * 2 + 270 * 2) * 0.84) / 3600, 12);
    expect(cost.high).toBeCloseTo(((300 * 4 + 300 * 4 + 270 * 2) * 0.84) / 3600, 12);
    expect(cost.scaleInTail).toBeCloseTo((60 * 2 * 0.84) / 3600, 12);
  });

  it('counts every accelerator of a replica', async () => {
    const cost = await costOf(aiPlatform, await endpoint({ ...machineSpec, acceleratorCount: 2 }));
    expect(cost.total).toBeCloseTo((REPLICA_SECONDS * (0.438 + 2 * 0.402)) / 3600, 12);
  });

  it('is billed as the machine that the user names, where they name one', async () => {
    const cost = await costOf(aiPlatform, { ...(await endpoint({ machineType: 'c9-odd' })), machine: 'n1-standard-8' });
    expect(cost.total).toBeCloseTo((REPLICA_SECONDS * 0.438) / 3600, 12);
  });

  it.each([
    [{ machineType: 'c9-odd' }, 'us-central1', /no price for vertex:c9-odd$/],
    [machineSpec, 'europe-west4', /no price for vertex:n1-standard-8 in europe-west4 \(only in us-central1\)/],
  ])('has no cost where %j in %s has no price, and says so', async (spec, region, reason) => {
    const cost = await costOf(aiPlatform, await endpoint(spec, region));
    expect(cost).toMatchObject({ total: null, reason: expect.stringMatching(reason) as string });
  });
});

describe('an endpoint of SageMaker that goes from 1 to 4 to 2 instances', () => {
  const InstanceType = 'ml.m4.2xlarge';
  const endpoint = async (planned: object, region?: string): Promise<RawOptions> => {
    let asked = 0;
    const server = await startFakeAws(({ headers }) => {
      const isConfig = headers['x-amz-target']?.endsWith('DescribeEndpointConfig') === true;
      const name = { EndpointName: 'ep', EndpointConfigName: 'c', VariantName: 'v' };
      const ProductionVariants = [
        isConfig ? { ...name, ...planned } : { ...name, CurrentInstanceCount: REPLICAS[asked++] },
      ];
      return { body: JSON.stringify({ ...name, ProductionVariants }) };
    });
    open.push(server);
    return { endpoint: 'ep', endpointUrl: server.url, ...(region === undefined ? {} : { region }) };
  };

  it('costs each instance for as long as it was there', async () => {
    const cost = await costOf(sagemaker, await endpoint({ InstanceType }));
    expect(cost.reason).toBeNull();
    expect(cost.total).toBeCloseTo((REPLICA_SECONDS * 0.56) / 3600, 12);
    expect(cost.notes.join(' ')).toContain('unverified');
  });

  it('has no cost in a region without prices, or where it is serverless and no one said so', async () => {
    const abroad = await costOf(sagemaker, await endpoint({ InstanceType }, 'eu-west-3'));
    expect(abroad).toMatchObject({ total: null, reason: expect.stringContaining('in eu-west-3') as string });
    const ServerlessConfig = { MemorySizeInMB: 2048, MaxConcurrency: 5 };
    const serverless = await costOf(sagemaker, await endpoint({ ServerlessConfig }));
    expect(serverless.total).toBeNull();
  });
});

describe('a function of Google whose handler reports what it used', () => {
  const usage = { durationMs: 105, memoryMb: 2048, initMs: 840 };
  const billed = async (cold: boolean, raw: RawOptions): Promise<CostSection> => {
    const server = await serveHttp((_request, response) => {
      response.setHeader('x-replay-cold-start', cold ? 'cold' : 'warm');
      response.setHeader('x-replay-usage', JSON.stringify(cold ? usage : { durationMs: 105, memoryMb: 2048 }));
      response.end('{}');
    });
    open.push(server);
    const url = `http://127.0.0.1:${String(server.port)}/f`;
    const backend = await preparedBackend(cloudFunctions, { url, ...raw }, [json('[[1]]')]);
    open.push(backend);
    const outcome = await backend.invoke(call());
    expect(outcome).toMatchObject({ ok: true, coldStart: cold ? 'cold' : 'warm' });
    const coldStart = COLD_STARTS.indexOf(outcome.coldStart ?? 'unknown');
    const billing = cloudFunctions.billing?.(cloudFunctions.parseOptions({ url, ...raw })) ?? null;
    const fold = new Cost({ plan: PLAN, cost: { billing, prices: '2026-11', machine: null } });
    fold.add(usageBlock(calls(1, outcome.usage, { coldStart })));
    return fold.finish({ ...ENDED, endedMs: 870_000 });
  };

  // 105 ms are two steps of 100 ms; with 840 ms of start-up, which only generation 2 bills, ten.
  it.each([
    ['1', false, 0.4e-6 + 0.2 * (2 * 0.0000025 + 2.4 * 0.00001)],
    ['1', true, 0.4e-6 + 0.2 * (2 * 0.0000025 + 2.4 * 0.00001)],
    ['2', false, 0.4e-6 + 0.2 * (2 * 0.0000025 + 1 * 0.000024)],
    ['2', true, 0.4e-6 + 1.0 * (2 * 0.0000025 + 1 * 0.000024)],
  ])('generation %s, cold %s', async (generation, cold, usd) => {
    const cost = await billed(cold, { generation });
    expect(cost.reason).toBeNull();
    expect(cost.total).toBeCloseTo(usd, 12);
  });

  it('of generation 2 with two vCPUs, alone on its instance', async () => {
    const cost = await billed(false, { generation: '2', cpus: '2', concurrency: '1' });
    expect(cost.total).toBeCloseTo(0.4e-6 + 0.2 * (2 * 0.0000025 + 2 * 0.000024), 12);
    expect([cost.low, cost.high]).toEqual([cost.total, cost.total]);
  });

  it('has no cost in a region without prices', async () => {
    const region = 'asia-east1';
    const options = cloudFunctions.parseOptions({ function: 'f', region, project: 'my-project' });
    expect(cloudFunctions.billing?.(options)).toMatchObject({ region });
    const url = 'https://f-1.europe-west4.run.app/';
    expect(cloudFunctions.billing?.(cloudFunctions.parseOptions({ url }))).toMatchObject({ region: 'europe-west4' });
  });
});
