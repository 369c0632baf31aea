import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';

/** What the numbers of any run may depend on. What is not installed is left out. */
const PACKAGES = ['undici', 'hdr-histogram-js', 'uplot', 'yaml', 'hyparquet-writer'];

/** Built into this program, so that the version it was built with is the one that is used. */
const BUILT_IN = 'apache-arrow';

const OWN = new URL('../../package.json', import.meta.url);

/** `replay --version`: this program, Node, the platform, and the packages it would use. Loads none of them. */
export async function versions(): Promise<string> {
  const require = createRequire(import.meta.url);
  const { version = '?', devDependencies } = readPackage(OWN) ?? {};
  const lines = [...new Set([...PACKAGES, ...(await backendPackages())])].flatMap((name) => {
    const found = (require.resolve.paths(name) ?? [])
      .map((folder) => join(folder, name, 'package.json'))
      .find(existsSync);
    const installed = found === undefined ? undefined : readPackage(found)?.version;
    return installed === undefined ? [] : [`${name} ${installed}`];
  });
  return [
    `replay ${version}`,
    `Node ${process.version}`,
    `${platform()} ${release()} ${arch()}`,
    `${BUILT_IN} ${devDependencies?.[BUILT_IN] ?? '?'}`,
    ...lines,
  ].join('\n');
}

async function backendPackages(): Promise<readonly string[]> {
  const { BACKENDS, importPlugin, locatePlugin } = await import('../backends/registry.js');
  const plugins = BACKENDS.map(async ({ name }) => importPlugin((await locatePlugin(name, process.cwd())).url));
  return (await Promise.all(plugins)).flatMap(({ packages = [] }) => packages);
}

/** The version of this program. */
export function replayVersion(): string {
  return readPackage(OWN)?.version ?? '?';
}

interface Package {
  readonly version?: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function readPackage(path: string | URL): Package | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Package;
  } catch {
    return undefined;
  }
}
