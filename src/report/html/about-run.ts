import { counted } from '../../text/counted.js';
import type { Report, RunSummary } from '../../report.js';
import { countText, durationText } from './figure-text.js';
import { markup, type Markup } from './markup.js';

/** Longer texts are whole among the facts of the run. */
const LONGEST = 160;

/** Which trace, window, payload, model and machines the numbers are of. */
export function aboutRun(report: Report): Markup {
  const entries = [
    ['Trace', traceText(report)],
    ['Window', windowText(report.run)],
    ['Payload', payloadText(report.run)],
    ['Model', modelText(report.run)],
    ['Service', serviceText(report.run)],
    ['Generator', hostText(report.run)],
  ] as const;
  return markup`<dl class="about">
    ${entries.map(
      ([name, value]) =>
        markup`<div>
          <dt>${name}</dt>
          <dd>${value.length <= LONGEST ? value : `${value.slice(0, LONGEST)}…`}</dd>
        </div>`,
    )}
  </dl>`;
}

function traceText({ run: { trace }, sections: { outcomes } }: Report): string {
  return `${trace.name}, ${countText(outcomes.planned)} requests, SHA-256 ${trace.sha256.slice(0, 12)}`;
}

function windowText({ durationMs, window, speed, warmupMs }: RunSummary): string {
  const cut = window !== undefined && (window.fromMs > 0 || window.toMs !== null);
  const to = window?.toMs ?? null;
  const from = cut
    ? `from ${durationText(window.fromMs)} to ${to === null ? 'the end' : durationText(to)} of the trace`
    : 'the whole trace';
  const more = [
    ...(speed === 1 ? [] : [`at ${String(speed)}× its speed`]),
    ...(warmupMs > 0 ? [`warm-up ${durationText(warmupMs)}`] : []),
  ];
  return [`${durationText(durationMs)}: ${from}`, ...more].join(', ');
}

function payloadText({ sent }: RunSummary): string {
  if (sent === undefined) return 'not recorded';
  const { payloads, bytes, sha256, shapes } = sent;
  if (payloads === 0) return 'none given';
  const size = bytes === null ? 'of tensors' : `${countText(bytes)} bytes${payloads === 1 ? '' : ' together'}`;
  return [
    `${countText(payloads)} ${payloads === 1 ? 'payload' : 'payloads'}, ${size}`,
    ...shapes,
    `SHA-256 ${sha256.slice(0, 12)}`,
  ].join(', ');
}

function modelText({ options, backendFacts, served = {} }: RunSummary): string {
  const named = options['model'] ?? backendFacts['model'];
  const identity = Object.entries(served).map(([name, value]) => `${name} ${String(value)}`);
  const name = typeof named === 'string' && named !== '' ? [named] : [];
  return [...name, ...identity].join(', ') || 'the service does not tell';
}

const ADDRESSES = ['url', 'function', 'endpoint', 'host', 'address'];

function serviceText({ backend, options }: RunSummary): string {
  const address = ADDRESSES.map((name) => options[name]).find((value) => typeof value === 'string' && value !== '');
  return typeof address === 'string' ? `${backend}, ${address}` : backend;
}

function hostText({ host, workers, pacing, time, replayVersion }: RunSummary): string {
  if (time === 'virtual') return `virtual time, replay ${replayVersion}`;
  const told = (name: string): string[] => (host?.[name] === undefined ? [] : [String(host[name])]);
  const cpus = told('cpus').map((count) => `${count} CPUs`);
  return [
    ...cpus,
    ...told('cpu'),
    ...told('platform').map((name) => [name, ...told('kernel')].join(' ')),
    counted(workers, 'worker'),
    `${pacing.used} pacing`,
    ...(host?.['node'] === undefined ? [] : [`Node ${String(host['node'])}`]),
    `replay ${replayVersion}`,
  ].join(', ');
}
