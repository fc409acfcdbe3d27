import type { TSESTree } from '@typescript-eslint/typescript-estree';
import { evaluate, property, propertyKey } from './evaluate.ts';
import type { Run } from './run.ts';
import { assignName, unknown, type Scope, type Value } from './values.ts';

/** Gives a value to a pattern: a name, `{ a, b: c = 1 }`, `[x, y]`, `object.member`. `assign`: the names exist already. */
export function bindPattern(
  pattern: TSESTree.Node,
  value: Value,
  scope: Scope,
  run: Run,
  assign = false,
): void {
  switch (pattern.type) {
    case 'Identifier':
      if (assign) assignName(scope, pattern.name, value);
      else scope.names.set(pattern.name, value);
      return;
    case 'AssignmentPattern': {
      const missing = value.is === 'none' || value.is === 'unknown';
      const fallback = missing ? evaluate(pattern.right, scope, run) : value;
      return bindPattern(pattern.left, fallback.is === 'none' ? value : fallback, scope, run, assign);
    }
    case 'ObjectPattern':
      for (const part of pattern.properties) {
        if (part.type === 'RestElement') bindPattern(part.argument, unknown(), scope, run, assign);
        else {
          const key = propertyKey(part.key, part.computed, scope, run);
          bindPattern(
            part.value,
            key === undefined ? unknown() : property(value, key, run),
            scope,
            run,
            assign,
          );
        }
      }
      return;
    case 'ArrayPattern':
      pattern.elements.forEach((element, index) => {
        if (element === null) return;
        if (element.type === 'RestElement') {
          const rest: Value = value.is === 'list' ? { ...value, items: value.items.slice(index) } : unknown();
          bindPattern(element.argument, rest, scope, run, assign);
        } else
          bindPattern(
            element,
            value.is === 'list' ? (value.items[index] ?? unknown()) : unknown(),
            scope,
            run,
            assign,
          );
      });
      return;
    case 'RestElement':
      return bindPattern(pattern.argument, value, scope, run, assign);
    case 'TSParameterProperty':
      return bindPattern(pattern.parameter, value, scope, run, assign);
    case 'MemberExpression': {
      const object = evaluate(pattern.object, scope, run);
      const key = propertyKey(pattern.property, pattern.computed, scope, run);
      if (object.is === 'object' && key !== undefined) object.entries.set(key, value);
      const path = pattern.object.type === 'Identifier' ? pattern.object.name : '';
      if (path === 'exports' && key !== undefined) run.exports.set(key, value);
      if (path === 'module' && key === 'exports') {
        if (value.is === 'object') for (const [name, part] of value.entries) run.exports.set(name, part);
        run.exports.set('default', value);
      }
      return;
    }
    default:
      return;
  }
}
