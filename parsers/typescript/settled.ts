/** Tests of what a call says itself. */
import type { TSESTree } from '@typescript-eslint/typescript-estree';
import { estree } from './estree.ts';
import type { Run } from './run.ts';
import type { FunctionValue, Scope, Value } from './values.ts';

const unassignedOf = memo(unassigned);
const escapingOf = memo(escaping);

/**
 * The parameters that a call gives as booleans, or leaves to their defaults, and that the function never assigns to. Any other value may differ by the turn of a loop
 * or by the caller. None where arguments are spread, and of functions without a name or that others may call, too: what those give is not known.
 */
export function settledBy(
  { node, name }: FunctionValue,
  args: readonly Value[],
  call: TSESTree.Node,
  { program }: Run,
): ReadonlySet<string> {
  const names = unassignedOf(node).filter((parameter, index) => parameter !== undefined && (args[index] === undefined || args[index].is === 'boolean')) as string[]; // prettier-ignore
  const isSpread = call.type === 'CallExpression' && call.arguments.some(({ type }) => type === 'SpreadElement'); // prettier-ignore
  const isKnown =
    names.length > 0 && !isSpread && name !== '' && program !== undefined && !escapingOf(program).has(name);
  return new Set(isKnown ? names : []);
}

/** Whether a test is of such a parameter, negated or not. */
export function isSettled(test: TSESTree.Expression, scope: Scope): boolean {
  const name = test.type === 'UnaryExpression' && test.operator === '!' ? test.argument : test;
  if (name.type !== 'Identifier') return false;
  for (let at: Scope | undefined = scope; at; at = at.outer)
    if (at.names.has(name.name)) return at.settled?.has(name.name) === true;
  return false;
}

/** Names that a file exports, uses as values, or gives to members: functions of these names may be called by others, or otherwise than calls of them show. */
function escaping(program: TSESTree.Program): ReadonlySet<string> {
  const names = new Set<string>();
  const plain = new Set<TSESTree.Node | null | undefined>();
  estree().simpleTraverse(program, {
    enter: (node) => {
      for (const name of plainNames(node)) plain.add(name);
      if (node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration')
        for (const declared of plainNames(node.declaration))
          if (declared?.type === 'Identifier') names.add(declared.name);
      if (node.type === 'Identifier' && !plain.has(node)) names.add(node.name);
    },
  });
  return names;
}

/** The names right inside a node that it only declares or calls. */
function plainNames(node: TSESTree.Node | null): readonly (TSESTree.Node | null | undefined)[] {
  switch (node?.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'VariableDeclarator':
      return [node.id];
    case 'VariableDeclaration':
      return node.declarations.map(({ id }) => id);
    case 'ImportSpecifier':
      return [node.imported, node.local];
    case 'ImportDefaultSpecifier':
      return [node.local];
    case 'ObjectPattern':
      return node.properties.flatMap((property) => property.type === 'Property' ? [property.key, property.value] : []); // prettier-ignore
    case 'CallExpression':
      return [node.callee.type === 'MemberExpression' ? node.callee.property : node.callee];
    default:
      return [];
  }
}

/** The names of a function's parameters by their position; undefined for patterns, and for those that its body assigns to. */
function unassigned(node: FunctionValue['node']): readonly (string | undefined)[] {
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

/** Answers are kept as long as the tree. */
function memo<Node extends object, Answer>(ask: (node: Node) => Answer): (node: Node) => Answer {
  const answers = new WeakMap<Node, { readonly answer: Answer }>();
  return (node) => {
    const known = answers.get(node) ?? { answer: ask(node) };
    answers.set(node, known);
    return known.answer;
  };
}
