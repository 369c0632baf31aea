import type { BackendPlugin, RawOptions } from '../backends/backend.js';
import { OptionError } from '../errors.js';
import { environmentName } from './environment-options.js';

/**
 * What the plugin makes of its options. Throws `UserError` that calls an option as the user gave it: by `names` (`-k`,
 * `REPLAY_RUN_URL`), or by the variable of the environment that holds it where it was not `given` outright.
 */
export function readOptions<Options>(
  plugin: BackendPlugin<Options>,
  raw: RawOptions,
  given: RawOptions,
  names: Readonly<Record<string, string>> = {},
  columns: readonly string[] = [],
): Options {
  try {
    return plugin.parseOptions(raw, { columns });
  } catch (thrown) {
    if (!(thrown instanceof OptionError)) throw thrown;
    const { option } = thrown;
    const name = Object.hasOwn(given, option)
      ? Object.hasOwn(names, option)
        ? names[option]
        : undefined
      : environmentName(plugin.name, option);
    throw name === undefined ? thrown : thrown.givenAs(name);
  }
}
