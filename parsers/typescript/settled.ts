/** Tests of what a call says itself. */
import type { TSESTree } from '@typescript-eslint/typescript-estree';
import { estree } from './estree.ts';
import type { FunctionValue, Scope, Value } from './values.ts';

type FunctionNode = FunctionValue['node'];

const known = new WeakMap<FunctionNode, readonly (string | undefined)[]>();

/**
 * The parameters that a call gives as booleans, or leaves to their defaults, and that the function never assigns to. Any other value may differ by the turn of a loop
 * or by the caller.
 */
export function settledBy(node: FunctionNode, args: readonly Value[]): ReadonlySet<string> {
  const names = known.get(node) ?? unassigned(node);
  known.set(node, names);
  return new Set(names.filter((name, index) => name !== undefined && (args[index] === undefined || args[index].is === 'boolean')) as string[]); // prettier-ignore
}

/** Whether a test is of such a parameter, negated or not. */
export function isSettled(test: TSESTree.Expression, scope: Scope): boolean {
  const name = test.type === 'UnaryExpression' && test.operator === '!' ? test.argument : test;
  if (name.type !== 'Identifier') return false;
  for (let at: Scope | undefined = scope; at; at = at.outer)
    if (at.names.has(name.name)) return at.settled?.has(name.name) === true;
  return false;
}

/** The names of a function's parameters by their position; undefined for patterns, and for those that its body assigns to. */
function unassigned(node: FunctionNode): readonly (string | undefined)[] {
  const assigned = new Set<string>();
  estree().simpleTraverse(node.body, {
    enter: (inner) => {
      if (inner.type === 'AssignmentExpression' && inner.left.type === 'Identifier')
        assigned.add(inner.left.name);
    },
  });
  return node.params.map((parameter) => {
    const name = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
    return name.type === 'Identifier' && !assigned.has(name.name) ? name.name : undefined;
  });
}
