import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { ROOT } from './run-cli.js';

/** A parsed file, named from the root of the repository. */
export interface SourceFile {
  readonly name: string;
  readonly lines: number;
  readonly tree: ts.SourceFile;
}

/** All files below `folder` whose names end so, parsed but not type-checked. */
export function sourceFiles(folder: string, ends = /\.(ts|js|mjs|cjs)$/): SourceFile[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => ends.test(name) && !/(^|\/)(node_modules|dist)\//.test(name))
    .map((name) => {
      const text = readFileSync(join(ROOT, folder, name), 'utf8');
      const lines = text.split('\n').length - 1;
      return { name: join(folder, name), lines, tree: ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true) };
    });
}

export interface LongFunction {
  readonly name: string;
  readonly lines: number;
}

/** The functions of a file that take more than `most` lines, comments above them not counted. */
export function longFunctions({ name, tree }: SourceFile, most: number): LongFunction[] {
  const found: LongFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const lines = lineOf(tree, node.end) - lineOf(tree, node.getStart(tree)) + 1;
      if (lines > most) found.push({ name: `${name} ${functionName(node, tree)}`, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function functionName(node: ts.SignatureDeclaration, tree: ts.SourceFile): string {
  if (node.name !== undefined) return node.name.getText(tree);
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText(tree) : 'a function';
}

function lineOf(tree: ts.SourceFile, at: number): number {
  return tree.getLineAndCharacterOfPosition(at).line + 1;
}

/** `file name` for each name that a file of `files` exports and none of `readers` (nor, for a type, its own file) uses. */
export function unusedExports(files: readonly SourceFile[], readers: readonly SourceFile[]): string[] {
  const used = new Map<string, Set<string>>();
  for (const reader of readers)
    for (const [file, names] of usesOf(reader)) used.set(file, new Set([...(used.get(file) ?? []), ...names]));
  return files.flatMap((file) => {
    const uses = used.get(file.name);
    if (uses?.has('*') === true) return [];
    return exportsOf(file)
      .filter(({ name, type }) => uses?.has(name) !== true && !(type && mentions(file, name) > 1))
      .map(({ name }) => `${file.name} ${name}`);
  });
}

function exportsOf({ tree }: SourceFile): { name: string; type: boolean }[] {
  return tree.statements.flatMap((statement) => {
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    if (!exported) return [];
    const type = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => ({ name: name.getText(tree), type: false }));
    const name = (statement as ts.DeclarationStatement).name?.getText(tree);
    return name === undefined ? [] : [{ name, type }];
  });
}

function mentions({ tree }: SourceFile, name: string): number {
  return tree.text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
}

/** Which names of which files a file uses; `*`: all of them, or which cannot be known (a dynamic import). */
function usesOf({ name, tree }: SourceFile): Map<string, Set<string>> {
  const uses = new Map<string, Set<string>>();
  const add = (specifier: ts.Node | undefined, names: readonly string[]): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const file = fileOf(specifier.text, name);
    if (file !== undefined) uses.set(file, new Set([...(uses.get(file) ?? []), ...names]));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importedNames(node));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, exportedNames(node));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, [node.qualifier?.getText(tree) ?? '*']);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], namesOfDynamicImport(node, tree));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return uses;
}

/** `#src/x`, `./x.js`, `../dist/x.js` and the package's own doors as a file of the repository. */
function fileOf(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('#src/')) return `src/${specifier.slice(5)}.ts`;
  if (!specifier.startsWith('.')) return undefined;
  // What `bin/` names of the bundle are commands.
  const path = relative(ROOT, resolve(ROOT, dirname(from), specifier)).replace(/^dist\/(bundle\/)?/, (_, bundled) =>
    bundled === undefined ? 'src/' : 'src/commands/',
  );
  return path.replace(/\.js$/, '.ts');
}

function importedNames({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return [];
  if (ts.isNamespaceImport(bindings)) return ['*'];
  return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

function exportedNames({ exportClause }: ts.ExportDeclaration): string[] {
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return ['*'];
  return exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

/** Of `const { a } = await import('x')` and `(await import('x')).a`, what is taken; else all. */
function namesOfDynamicImport(call: ts.CallExpression, tree: ts.SourceFile): string[] {
  let node: ts.Node = call.parent;
  while (ts.isAwaitExpression(node) || ts.isParenthesizedExpression(node)) node = node.parent;
  if (ts.isPropertyAccessExpression(node)) return [node.name.text];
  if (!ts.isVariableDeclaration(node) || !ts.isObjectBindingPattern(node.name)) return ['*'];
  return node.name.elements.map(({ name, propertyName }) => (propertyName ?? name).getText(tree));
}
