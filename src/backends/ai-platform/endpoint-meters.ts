import type { CloudMeters, CloudTarget, TargetFacts } from '../../cloud-meters.js';
import { CLOUD_MONITORING, googlePlace } from '../google/monitoring-meters.js';
import { openMonitoring } from '../google/open-monitoring.js';
import { inRegion, needFact } from '../shared/target-facts.js';

/** The metrics of an endpoint. */
export const ENDPOINT_METERS: CloudMeters = {
  ...CLOUD_MONITORING,
  settings: ['endpoint', 'project', 'region'],
  target: (options, settings, env) => endpointTarget({ ...options, ...settings }, env),
};

const ENDPOINT = /projects\/([^/\s]+)\/locations\/([^/\s]+)\/endpoints\/([^/\s:]+)/;

function endpointTarget(facts: TargetFacts, env: TargetFacts): CloudTarget {
  const text = facts['endpoint'] ?? facts['url'] ?? '';
  const [, project, region, id = facts['endpoint']] = ENDPOINT.exec(text) ?? [];
  const endpoint = needFact({ endpoint: id }, 'endpoint');
  const named = { kind: 'vertex' as const, endpoint, ...googlePlace(facts, env, { project, region }) };
  return {
    ...named,
    subject: `endpoint ${endpoint} of project ${named.project}${inRegion(named)}`,
    open: (world) => openMonitoring(named, world),
  };
}
