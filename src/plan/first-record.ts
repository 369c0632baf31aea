import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { BackendPlugin } from '../backends/backend.js';
import type { CostTerms } from '../cost-terms.js';
import type { Plan, RunRecord, SentIdentity } from '../run.js';
import type { Senders } from '../time/choose-senders.js';
import { parseThresholds } from '../gate/parse-threshold.js';
import { cpuBudget } from '../host/cpu-budget.js';
import { hideSecrets } from '../secrets/hide-secrets.js';
import type { KnownSecrets } from '../secrets/known-secrets.js';
import { redactOptions } from '../secrets/redact-options.js';
import type { ReplayRequest } from './replay-request.js';
import { secretParts } from '../secrets/secret-parts.js';

export interface Made {
  readonly plugin: BackendPlugin;
  readonly plan: Plan;
  readonly senders: Senders;
  readonly notes: string[];
  readonly startedAt: Date;
  readonly cost: CostTerms;
  readonly sent: SentIdentity;
  readonly secrets: KnownSecrets;
  readonly served: NonNullable<RunRecord['served']>;
}

/** `run.json` before the start. */
export function firstRecord(asked: ReplayRequest, made: Made): RunRecord & { readonly cost: CostTerms } {
  const hide = hideSecrets((asked.secrets ?? []).flatMap(secretParts));
  const request = { ...asked, trace: { ...asked.trace, name: hide(asked.trace.name) } };
  const { trace, time, seed } = request;
  const virtual = time === 'virtual';
  const record = {
    format: 1 as const,
    id: virtual ? `virtual-${slug(request)}` : runName(request, made.startedAt),
    startedAt: virtual ? null : made.startedAt.toISOString(),
    startMonotonicNs: 0,
    trace: {
      name: trace.name,
      sha256: trace.sha256,
      count: trace.count,
      durationMs: trace.durationMs,
      recipe: trace.recipe ?? null,
    },
    backend: made.plugin.name,
    options: redactOptions(request.backendOptions, made.plugin.publicOptions, hide),
    backendFacts: {},
    sent: made.sent,
    served: made.served,
    time,
    window: { fromMs: request.fromMs, toMs: Number.isFinite(request.toMs) ? request.toMs : null, speed: request.speed },
    workers: made.senders.workers,
    pacing: virtual
      ? { asked: request.pacing, used: 'virtual', why: 'time is virtual' }
      : { asked: made.senders.asked, used: made.senders.used, why: made.senders.why },
    seed,
    notes: made.notes,
    cost: made.cost,
    ...(request.tags && {
      tags: Object.fromEntries(Object.entries(request.tags).map(([k, v]) => [k, made.secrets.hide(v)])),
    }),
    ...(request.series === undefined ? {} : { series: request.series }),
    ...(request.attempt === undefined ? {} : { attempt: request.attempt }),
    ...(request.thresholds && { thresholds: parseThresholds(request.thresholds).map(({ text }) => text) }),
    plan: made.plan,
    versions: versions(),
    host: virtual ? {} : host(),
    end: null,
  };
  return { ...record, samplesKey: samplesKey(record) };
}

/** No two runs have the same, so that the log of one does not pass for that of another; in virtual time equal runs have. */
function samplesKey(record: Pick<RunRecord, 'time'>): string {
  const hash = createHash('sha256').update(JSON.stringify(record));
  if (record.time === 'real') hash.update(randomBytes(16));
  return hash.digest('hex').slice(0, 32);
}

function versions(): Record<string, string> {
  const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return { replay: own.version, node: process.versions.node, v8: process.versions.v8 };
}

function host(): Record<string, string | number> {
  return {
    platform: process.platform,
    arch: process.arch,
    kernel: release(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    cpuBudget: cpuBudget(),
    memoryBytes: totalmem(),
  };
}

/** The time, trace and backend; safe as a folder. */
export function runName(request: ReplayRequest, date: Date): string {
  return `${stamp(date)}-${slug(request)}`;
}

/** 20261124-084512, in UTC. */
function stamp(date: Date): string {
  return date.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}

function slug({ trace, backend }: ReplayRequest): string {
  const safe = (text: string): string =>
    text
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, 60);
  return `${safe(trace.name) || 'trace'}-${safe(backend.split('/').at(-1) ?? '') || 'backend'}`;
}
