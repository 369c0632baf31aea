import { percentDecoded } from '../text/percent-decoded.js';
import { secretParts } from './secret-parts.js';
import { secretsOfUrl } from './secrets-of-options.js';

type Environment = Readonly<Record<string, string | undefined>>;

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];
/** Real ones are longer; what stands for them in front of an emulator is a word such as `test`. */
const LEAST_OF_CREDENTIALS = 16;
const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
/** `key=value` separated by commas, percent-encoded. */
const FIELDS = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'];

/** What the environment holds of credentials that a proxy, a service or a collector gets to see, and may echo. */
export function secretsOfEnvironment(env: Environment): readonly string[] {
  const told = (names: readonly string[]): readonly string[] => names.flatMap((name) => env[name] ?? []);
  const proxies = told([...PROXIES, ...PROXIES.map((name) => name.toLowerCase())]).map((text) =>
    text.includes('://') ? text : `http://${text}`,
  );
  return [
    ...proxies.flatMap((text) => (URL.canParse(text) ? secretsOfUrl(new URL(text)) : [])),
    ...told(CREDENTIALS).filter(({ length }) => length >= LEAST_OF_CREDENTIALS),
    ...told(FIELDS).flatMap((text) => [...secretParts(text), ...secretParts(percentDecoded(text))]),
  ];
}
