import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../backends/wire/certificate.js';
import { bodyOf, createTokens, listening, openProxy, serveHttp, type TokenIssuer } from './fake-google.js';

export const PRINCIPAL = 'robot@p-1.iam.gserviceaccount.com';
const SUBJECT = 'planted-subject-token';
const AUDIENCE = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/p';
const IMPERSONATION = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${PRINCIPAL}:generateAccessToken`;

/** Where the credentials of a workload come from. */
export type Source = 'file' | 'url' | 'executable';

export interface Federation extends TokenIssuer {
  /** The environment with credentials of a workload, with or without a service account that it impersonates. */
  workload(source: Source, impersonates: boolean): Readonly<Record<string, string>>;
  /** The same with a user who impersonates the service account. */
  impersonation(quotaProject?: string): Readonly<Record<string, string>>;
}

/**
 * Stand-ins for sts.googleapis.com (RFC 8693), iamcredentials.googleapis.com and oauth2.googleapis.com behind a proxy, each
 * of which gives a token only for the token of the one before. Undefined without openssl.
 */
export async function serveFederation(): Promise<Federation | undefined> {
  const certificate = makeCertificate();
  if (certificate === undefined) return undefined;
  const tokens = createTokens();
  const server = createHttpsServer(certificate, (request, response) => {
    void bodyOf(request).then((body) => {
      response.setHeader('content-type', 'application/json');
      const answer = answerTo(
        `${String(request.headers.host)}${request.url ?? ''}`,
        request.headers.authorization,
        body,
      );
      response.writeHead(answer === undefined ? 403 : 200);
      response.end(JSON.stringify(answer ?? { error: { code: 403, status: 'PERMISSION_DENIED', message: 'no' } }));
    });
  });
  const answerTo = (address: string, authorization: string | undefined, body: string): object | undefined => {
    const form = new URLSearchParams(body);
    const life = { expires_in: 3600, token_type: 'Bearer' };
    switch (address) {
      case 'sts.googleapis.com/v1/token':
        if (form.get('subject_token') !== SUBJECT || form.get('audience') !== AUDIENCE) return undefined;
        return {
          access_token: tokens.access(3600),
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          ...life,
        };
      case 'oauth2.googleapis.com/token':
        return form.get('refresh_token') === 'planted-refresh'
          ? { access_token: tokens.access(3600), ...life }
          : undefined;
      case IMPERSONATION.slice('https://'.length): {
        if (!tokens.accepts(authorization)) return undefined;
        return { accessToken: tokens.access(3600), expireTime: new Date(Date.now() + 3_600_000).toISOString() };
      }
      case IMPERSONATION.slice('https://'.length).replace('AccessToken', 'IdToken'): {
        const { audience } = JSON.parse(body) as { audience: string };
        return tokens.accepts(authorization) ? { token: tokens.id(3600, audience) } : undefined;
      }
      default:
        return undefined;
    }
  };
  await listening(server);
  const proxy = await openProxy((server.address() as AddressInfo).port);
  const subjects = await serveHttp((request, response) => {
    const isAllowed = request.headers['x-ask'] === 'please';
    response.setHeader('content-type', 'application/json');
    response.writeHead(isAllowed ? 200 : 403).end(JSON.stringify({ value: isAllowed ? SUBJECT : '' }));
  });
  const folder = mkdtempSync(join(tmpdir(), 'federation-'));
  writeFileSync(join(folder, 'subject'), SUBJECT);
  const program = join(folder, 'subject.sh');
  const said = { version: 1, success: true, token_type: 'urn:ietf:params:oauth:token-type:jwt', id_token: SUBJECT };
  writeFileSync(program, `#!/bin/sh\necho '${JSON.stringify({ ...said, expiration_time: 4_000_000_000 })}'\n`);
  chmodSync(program, 0o755);
  const sources: Readonly<Record<Source, object>> = {
    file: { file: join(folder, 'subject') },
    url: {
      url: `http://127.0.0.1:${String(subjects.port)}/token`,
      headers: { 'x-ask': 'please' },
      format: { type: 'json', subject_token_field_name: 'value' },
    },
    executable: { executable: { command: program, timeout_millis: 5000 } },
  };
  const environment = (name: string, credentials: object): Readonly<Record<string, string>> => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(credentials));
    return {
      GOOGLE_APPLICATION_CREDENTIALS: path,
      HTTPS_PROXY: `http://127.0.0.1:${String(proxy.port)}`,
      NO_PROXY: '127.0.0.1',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: '1',
    };
  };
  return {
    issued: tokens.issued,
    accepts: tokens.accepts,
    workload: (source, impersonates) =>
      environment(`${source}-${String(impersonates)}`, {
        type: 'external_account',
        audience: AUDIENCE,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: 'https://sts.googleapis.com/v1/token',
        credential_source: sources[source],
        ...(impersonates ? { service_account_impersonation_url: IMPERSONATION } : {}),
      }),
    impersonation: (quotaProject) =>
      environment('impersonation', {
        type: 'impersonated_service_account',
        service_account_impersonation_url: IMPERSONATION,
        delegates: [],
        source_credentials: {
          type: 'authorized_user',
          client_id: 'c',
          client_secret: 's',
          refresh_token: 'planted-refresh',
        },
        ...(quotaProject === undefined ? {} : { quota_project_id: quotaProject }),
      }),
    async close() {
      certificate.remove();
      rmSync(folder, { recursive: true });
      await proxy.close();
      await subjects.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
