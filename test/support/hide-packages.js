// NODE_OPTIONS='--import file:///.../hide-packages.js': the packages of HIDDEN_PACKAGES (separated by spaces) are not installed.
import Module, { register } from 'node:module';

const names = (process.env.HIDDEN_PACKAGES ?? '').split(' ');
const hidden = JSON.stringify(names);
const hook = `export const resolve = (name, context, next) =>
  next(${hidden}.some((one) => name === one || name.startsWith(one + '/')) ? 'not-installed-' + name.replace('@', '') : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (name, ...rest) {
  const isHidden = names.some((one) => name === one || name.startsWith(`${one}/`));
  return resolveFilename.call(this, isHidden ? `not-installed-${name.replace('@', '')}` : name, ...rest);
};
