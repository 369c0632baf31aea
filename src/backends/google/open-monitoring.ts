import { googleGetWith, NO_TOKEN } from './google-get.js';
import { googleTokens } from './google-credentials.js';
import { parseServiceUrl } from './google-hosts.js';
import { isLoopback } from '../wire/is-loopback.js';
import { refuseProxy } from '../wire/refuse-proxy.js';
import { type Token, withoutToken } from './google-token.js';
import type { CloudReading } from '../../cloud-record.js';
import { messageOf, printable, UserError } from '../../errors.js';
import type { CloudReader, CollectWindow, MeterWorld } from '../../cloud-meters.js';
import { gapOf, noneOf } from '../shared/gaps.js';
import { filterOf, type GoogleTarget, type MetricWish, wishesOf } from './monitoring-metrics.js';
import { readTimeSeries } from './read-time-series.js';

const SERVICE = 'https://monitoring.googleapis.com';
const ADDRESS = 'REPLAY_MONITORING_URL';
/** Points are a minute apart, each stamped with the end of its minute. */
const LAG_MS = 60_000;
const PATIENCE_MS = 30_000;
/** A token is asked for again when it has this long to live. */
const LEAST_LIFE_MS = 60_000;

type Env = Readonly<Record<string, string | undefined>>;

/** Cloud Monitoring over REST. Throws `UserError` where its address or the credentials are wrong. */
export async function openMonitoring(target: GoogleTarget, world: MeterWorld): Promise<CloudReader> {
  const { clock, env } = world;
  const base = serviceAddress(env);
  refuseProxy(target.kind, base, env);
  const token = await tokenFor(base, world);
  const path = `${base.pathname.replace(/\/$/, '')}/v3/projects/${encodeURIComponent(target.project)}/timeSeries`;
  const readOne = async (
    wish: MetricWish,
    window: CollectWindow,
  ): Promise<Pick<CloudReading, 'series' | 'missing'>> => {
    let sent = NO_TOKEN;
    try {
      sent = await token();
      const get = (query: URLSearchParams): Promise<unknown> =>
        googleGetWith(sent, new URL(`${path}?${query.toString()}`, base), clock, AbortSignal.timeout(PATIENCE_MS));
      const series = await readTimeSeries(get, wish, filterOf(target, wish.type), {
        ...window,
        toMs: window.toMs + LAG_MS,
      });
      return {
        series: series.filter(({ points }) => points.length > 0),
        missing: noneOf([{ name: wish.type, points: [] }, ...series]),
      };
    } catch (thrown) {
      return { series: [], missing: [gapOf(wish.type, withoutToken(messageOf(thrown), sent.text))] };
    }
  };
  return {
    async read(window) {
      const parts: Pick<CloudReading, 'series' | 'missing'>[] = [];
      for (const wish of wishesOf(target)) parts.push(await readOne(wish, window));
      return {
        series: parts.flatMap(({ series }) => series),
        logged: null,
        missing: parts.flatMap(({ missing }) => missing),
      };
    },
    close: () => undefined,
  };
}

/** Another address is used as it is; a token goes there over https only, and never to this machine. */
function serviceAddress(env: Env): URL {
  const text = env[ADDRESS] ?? '';
  if (text === '') return new URL(SERVICE);
  let url: URL;
  try {
    url = parseServiceUrl(text);
  } catch {
    throw new UserError(`${ADDRESS}: give a URL such as ${SERVICE}`);
  }
  if (url.username + url.password + url.search !== '')
    throw new UserError(`${ADDRESS}: give scheme, host, port and path only`);
  if (url.protocol === 'https:' || isLoopback(url)) return url;
  throw new UserError(
    `${ADDRESS}: ${printable(url.host, 100)} is given with http; give https (http is for this machine only)`,
  );
}

/** Kept while it lives. No token is sent over http. */
async function tokenFor(base: URL, { env, unixMs, hide }: MeterWorld): Promise<() => Promise<typeof NO_TOKEN>> {
  if (base.protocol !== 'https:') return () => Promise.resolve(NO_TOKEN);
  const fetch = await googleTokens({ kind: 'access' }, env);
  let kept: Token | undefined;
  return async () => {
    if (kept === undefined || kept.expiresMs - unixMs() < LEAST_LIFE_MS) kept = await fetch();
    hide(kept.text);
    return kept;
  };
}
