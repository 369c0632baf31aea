import type { CloudReading, CloudRecord } from '../cloud-record.js';
import type { CollectWindow } from './collect-window.js';

/** The meters of one cloud, about one target. */
export interface CloudReader {
  readonly source: CloudRecord['source'];
  /** Never rejects: what cannot be read is a gap that says why. */
  read(window: CollectWindow): Promise<CloudReading>;
  close(): void;
}
