import { UserError } from '../errors.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** `values`: what came from the environment, which is secret. */
export interface Expanded {
  readonly text: string;
  readonly values: readonly string[];
}

/**
 * A text of a file in which `${NAME}` stands for a variable of the environment, and `$${` for `${` itself. Throws
 * `UserError`, without the place, where there is no such variable.
 */
export function expandVariables(text: string, env: Environment): Expanded {
  const values: string[] = [];
  const expanded = text.replace(/\$\$\{|\$\{(?:([A-Za-z_]\w*)\})?/g, (found: string, name: string | undefined) => {
    if (found === '$${') return '${';
    if (name === undefined)
      throw new UserError('${ begins the name of a variable, as ${TOKEN}; write $${ for the text ${');
    const value = env[name];
    if (value === undefined)
      throw new UserError(
        `\${${name}}: the environment has no variable ${name}; set it, or write $\${${name}} for the text`,
      );
    values.push(value);
    return value;
  });
  return { text: expanded, values };
}
