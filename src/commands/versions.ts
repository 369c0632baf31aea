import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';

/** What a run's numbers may depend on; what is not installed is left out. */
const PACKAGES = [
  'undici',
  'apache-arrow',
  'hdr-histogram-js',
  'uplot',
  'yaml',
  'hyparquet-writer',
  'onnxruntime-node',
  '@grpc/grpc-js',
  'google-auth-library',
  '@aws-sdk/client-lambda',
  '@aws-sdk/client-sagemaker-runtime',
];

/** `replay --version`: this program, Node, the platform, and the packages it would use. Loads none of them. */
export function versions(): string {
  const require = createRequire(import.meta.url);
  const { version } = readPackage(new URL('../../package.json', import.meta.url)) ?? {};
  const lines = PACKAGES.flatMap((name) => {
    const found = (require.resolve.paths(name) ?? [])
      .map((folder) => join(folder, name, 'package.json'))
      .find(existsSync);
    const installed = found === undefined ? undefined : readPackage(found)?.version;
    return installed === undefined ? [] : [`${name} ${installed}`];
  });
  return [`replay ${version ?? '?'}`, `Node ${process.version}`, `${platform()} ${release()} ${arch()}`, ...lines].join(
    '\n',
  );
}

/** The version of this program. */
export function replayVersion(): string {
  return readPackage(new URL('../../package.json', import.meta.url))?.version ?? '?';
}

function readPackage(path: string | URL): { readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { readonly version?: string };
  } catch {
    return undefined;
  }
}
