/** One setting of a run, in a file, by the environment or by a flag, under one name. */
export interface ConfigKey {
  /** As the flag without its dashes: `max-in-flight`. */
  readonly name: string;
  /** Other names of the same key. */
  readonly aliases?: readonly string[];
  readonly kind: 'text' | 'yes-no' | 'list' | 'map';
  /** One line. */
  readonly summary: string;
  /** What a text may be, where only some are allowed. */
  readonly choices?: readonly string[];
}

/** One text for a key, and where it stands: `replay.yaml:3:7`, `REPLAY_RUN_RATE`. */
export interface ConfigText {
  readonly text: string;
  readonly from: string;
  /** Values of the environment in it. */
  readonly secrets?: readonly string[];
}

/** The texts of a key: one; any number for a list; `name=value` for each entry of a map. */
export interface Setting {
  readonly key: ConfigKey;
  readonly texts: readonly ConfigText[];
}
