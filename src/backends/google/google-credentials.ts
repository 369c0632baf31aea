import { readFileSync } from 'node:fs';
import type { AuthClient, ExternalAccountClientOptions, GoogleAuth } from 'google-auth-library';
import { printable, UserError } from '../../errors.js';
import type { Token, TokenFetch } from './google-token.js';
import { codeOf } from '../wire/socket-failure.js';

/** What the service wants to see: who may call Google's interfaces, or who calls a service of this address. */
export type TokenWish =
  | {
      readonly kind: 'access';
      /** In place of that of the environment or the credentials. */
      readonly quotaProject?: string;
    }
  /** `audience`: whom the token is for. */
  | { readonly kind: 'id'; readonly audience: string };

type Env = Readonly<Record<string, string | undefined>>;

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** No token depends on it. Without one the library starts gcloud to learn it, which takes seconds. */
const NO_PROJECT = 'none';

/**
 * Tokens from the credentials of this machine, as Google's library finds them: a service account's key file
 * (GOOGLE_APPLICATION_CREDENTIALS), the user's own (gcloud auth application-default login), the metadata server. Its
 * errors may quote a key file, so none of their texts is passed on.
 */
export async function googleTokens(wish: TokenWish, env: Env): Promise<TokenFetch> {
  checkKeyFile(env['GOOGLE_APPLICATION_CREDENTIALS'] ?? '');
  const library = await loadLibrary();
  const auth = new library.GoogleAuth({ scopes: [SCOPE], projectId: NO_PROJECT });
  let client: AuthClient | undefined;
  return async () => {
    try {
      client ??= wish.kind === 'access' ? await auth.getClient() : await idClient(library, auth);
      return await (wish.kind === 'access' ? accessToken(client, wish.quotaProject) : idToken(client, wish.audience));
    } catch (thrown) {
      if (thrown instanceof UserError) throw thrown;
      throw new UserError(`cannot get a Google token: ${reasonOf(thrown)}`);
    }
  };
}

/** What credentials give, for `replay check`. Rejects as `googleTokens`. */
export async function toldToken(wish: TokenWish | null, env: Env, nowMs = Date.now()): Promise<string> {
  if (wish === null) return 'none: no token is sent';
  const { expiresMs } = await (await googleTokens(wish, env))();
  const what = wish.kind === 'access' ? 'an access token' : `an ID token for ${printable(wish.audience, 120)}`;
  return `${what} was given, good for ${String(Math.floor((expiresMs - nowMs) / 60_000))} min and renewed before that`;
}

type Library = typeof import('google-auth-library');

/**
 * A client that can be asked for ID tokens. Federated credentials (`external_account`) give none themselves: their own token,
 * which a service of Google's changes for the token of the workload, lets them ask for one of the service account that
 * they impersonate. Throws `UserError` where they impersonate none.
 */
async function idClient(library: Library, auth: GoogleAuth): Promise<AuthClient> {
  const client = await auth.getClient();
  if (!(client instanceof library.BaseExternalAccountClient)) return client;
  const { service_account_impersonation_url: url, ...federated } = auth.jsonContent as ExternalAccountClientOptions;
  const targetPrincipal = client.getServiceAccountEmail();
  if (url === undefined || targetPrincipal === null)
    throw new UserError(
      'federated Google credentials give ID tokens only of a service account; make them with gcloud iam workload-identity-pools create-cred-config --service-account=..., or --set auth=none for a public service',
    );
  const sourceClient = library.ExternalAccountClient.fromJSON(federated);
  if (sourceClient === null) throw new Error('it is an external account, and is none');
  sourceClient.scopes = [SCOPE];
  return new library.Impersonated({
    sourceClient,
    targetPrincipal,
    targetScopes: [SCOPE],
    endpoint: new URL(url).origin,
  });
}

async function loadLibrary(): Promise<Library> {
  try {
    return await import('google-auth-library');
  } catch (thrown) {
    if (codeOf(thrown) !== 'ERR_MODULE_NOT_FOUND') throw thrown;
    throw new UserError(
      'Google tokens need google-auth-library, which is not installed; run: npm install google-auth-library@10.9.1',
    );
  }
}

/** Checked by ourselves, since the library's complaint quotes the file. */
function checkKeyFile(path: string): void {
  if (path === '') return;
  const name = `GOOGLE_APPLICATION_CREDENTIALS (${printable(path, 120)})`;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new UserError(`${name} cannot be read: ${codeOf(thrown)}; give the path of a key file`);
  }
  if (!isKeyFile(text)) throw new UserError(`${name} is no key file; give the JSON that Google made`);
}

function isKeyFile(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'type' in value;
  } catch {
    return false;
  }
}

/** Of credentials that do not say when their token ends. */
const ASSUMED_LIFE_MS = 300_000;

async function accessToken(client: AuthClient, asked: string | undefined): Promise<Token> {
  // Everything is too old: never a token from its cache.
  client.eagerRefreshThresholdMillis = Infinity;
  const { token } = await client.getAccessToken();
  const quotaProject = asked ?? client.quotaProjectId ?? '';
  checkQuotaProject(quotaProject);
  return {
    text: token ?? '',
    expiresMs: client.credentials.expiry_date ?? Date.now() + ASSUMED_LIFE_MS,
    ...(quotaProject === '' ? {} : { quotaProject }),
  };
}

/** It becomes a header. */
function checkQuotaProject(project: string): void {
  if (project === '' || /^[a-z0-9][a-z0-9.:-]{0,99}$/i.test(project)) return;
  throw new UserError(
    'the quota project of the Google credentials is no project; correct GOOGLE_CLOUD_QUOTA_PROJECT, or quota_project_id in the credentials',
  );
}

async function idToken(client: AuthClient, audience: string): Promise<Token> {
  if (!('fetchIdToken' in client)) {
    throw new UserError(
      'these Google credentials give no ID tokens; use a service account (GOOGLE_APPLICATION_CREDENTIALS=key.json) or impersonate one (gcloud auth application-default login --impersonate-service-account=...), or --set auth=none for a public service',
    );
  }
  const fetchIdToken = client.fetchIdToken as (this: AuthClient, audience: string) => Promise<string>;
  const text = await fetchIdToken.call(client, audience);
  return { text, expiresMs: expiryOf(text) };
}

/** RFC 7519: seconds since 1970. */
function expiryOf(jwt: string): number {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const seconds = typeof payload === 'object' && payload !== null && 'exp' in payload ? payload.exp : undefined;
    return typeof seconds === 'number' ? seconds * 1000 : NaN;
  } catch {
    return NaN;
  }
}

/** What can be said without quoting anything secret. */
function reasonOf(thrown: unknown): string {
  const answer = answerOf(thrown);
  if (answer !== undefined) return answer;
  const text = thrown instanceof Error ? thrown.message : '';
  if (text.includes('Could not load the default credentials')) {
    return 'there are no credentials here; set GOOGLE_APPLICATION_CREDENTIALS=key.json, or run: gcloud auth application-default login';
  }
  if (text.includes('executables need to be explicitly allowed'))
    return 'they run a program; allow it with GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1';
  if (/^The file at .* does not exist/s.test(text))
    return 'the file that they name for the subject token does not exist';
  const missing = /does not contain an? (\w+) field/.exec(text)?.[1];
  if (missing !== undefined) return `the key file has no ${missing}; give the JSON that Google made`;
  const code = codeOf(thrown);
  return `${code === '' ? 'the library failed' : printable(code, 60)}; check the credentials and the way to their server`;
}

/** `status 400 invalid_grant`: RFC 6749, section 5.2. */
function answerOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('response' in thrown)) return undefined;
  const { status, data } = (thrown.response ?? {}) as { readonly status?: unknown; readonly data?: unknown };
  if (typeof status !== 'number') return undefined;
  const error = memberOf(data, 'error');
  // An OAuth server names it, an interface of Google's has an object with a status such as PERMISSION_DENIED.
  const code = typeof error === 'string' ? error : memberOf(error, 'status');
  const name = typeof code === 'string' && /^[a-z_]{1,40}$/i.test(code) ? ` ${code}` : '';
  return `its server answered ${String(status)}${name}; check that the credentials are valid and may get tokens`;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
