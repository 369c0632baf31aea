import type { CloudMeters, CloudTarget, TargetFacts } from '../../cloud-meters.js';
import { CLOUD_MONITORING, googlePlace } from '../google/monitoring-meters.js';
import type { GoogleTarget } from '../google/monitoring-metrics.js';
import { openMonitoring } from '../google/open-monitoring.js';
import { inRegion, needFact } from '../shared/target-facts.js';

/** The metrics of a function of either generation, or of a service of Cloud Run. */
export const FUNCTION_METERS: CloudMeters = {
  ...CLOUD_MONITORING,
  settings: ['service', 'function', 'project', 'region'],
  target(options, settings, env) {
    const named = functionTarget({ ...options, ...settings }, settings, env);
    return { ...named, subject: subjectOf(named), open: (world) => openMonitoring(named, world) };
  },
};

type Named = Extract<GoogleTarget, { readonly kind: 'cloud-run' | 'cloud-function' }>;

/** `https://SERVICE-NUMBER.REGION.run.app`, or `https://SERVICE-HASH-xx.a.run.app`, which gives neither project nor region. */
const RUN_HOST = /^([a-z][a-z0-9-]*)-(\d{6,20})\.([a-z0-9-]+)\.run\.app$/;
const OLD_RUN_HOST = /^([a-z][a-z0-9-]*)-[a-z0-9]{10}-[a-z]{2}\.a\.run\.app$/;
const FUNCTIONS_HOST = /^([a-z]+-[a-z]+\d+)-([a-z][a-z0-9-]+)\.cloudfunctions\.net$/;

function functionTarget(facts: TargetFacts, settings: TargetFacts, env: TargetFacts): Named {
  const url = facts['url'] !== undefined && URL.canParse(facts['url']) ? new URL(facts['url']) : undefined;
  const host = url?.hostname ?? '';
  const [, service = OLD_RUN_HOST.exec(host)?.[1], number, runRegion] = RUN_HOST.exec(host) ?? [];
  const [, hostRegion = runRegion, hostProject = number] = FUNCTIONS_HOST.exec(host) ?? [];
  const pathName = host.endsWith('.cloudfunctions.net') ? url?.pathname.split('/')[1] : undefined;
  const place = googlePlace(facts, env, { project: hostProject, region: hostRegion });
  const isFirst = settings['function'] !== undefined || isFirstGeneration(facts, host);
  if (isFirst && settings['service'] === undefined)
    return {
      kind: 'cloud-function',
      function: needFact({ ...facts, function: facts['function'] ?? pathName }, 'function'),
      ...place,
    };
  // The service of a function of the 2nd generation has its name, with hyphens.
  const functionName = (facts['function'] ?? pathName)?.toLowerCase().replaceAll('_', '-');
  return {
    kind: 'cloud-run',
    service: needFact({ service: settings['service'] ?? service ?? functionName }, 'service'),
    ...place,
  };
}

function isFirstGeneration({ generation, url }: TargetFacts, host: string): boolean {
  return generation === undefined ? url === undefined || host.endsWith('.cloudfunctions.net') : generation === '1';
}

function subjectOf(named: Named): CloudTarget['subject'] {
  const what = named.kind === 'cloud-run' ? `service ${named.service}` : `function ${named.function}`;
  return `${what} of project ${named.project}${inRegion(named)}`;
}
