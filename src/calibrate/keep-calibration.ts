import { dirname } from 'node:path';
import { calibrationPath, storedCalibration, type Calibration } from '../host/calibration.js';
import { messageOf, UserError } from '../errors.js';
import { makeFolders } from '../host/make-folders.js';
import { writeWholeFileSync } from '../host/whole-file.js';

/** Keeps it for later runs, beside what was measured before of the other pacing; the path. Throws `UserError` where it cannot be written. */
export function keepCalibration(calibration: Calibration, env: Readonly<Record<string, string | undefined>>): string {
  const path = calibrationPath(env);
  const before = storedCalibration(env);
  const { exact = null, economic = null } = before ?? {};
  const whole = { ...calibration, exact: calibration.exact ?? exact, economic: calibration.economic ?? economic };
  try {
    makeFolders(dirname(path));
    writeWholeFileSync(path, `${JSON.stringify(whole, null, 1)}\n`);
  } catch (thrown) {
    throw new UserError(
      `the calibration cannot be kept: ${messageOf(thrown)}; set XDG_CACHE_HOME to a folder that can be written`,
    );
  }
  return path;
}
