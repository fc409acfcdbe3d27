import { evaluate } from './evaluate.ts';
import type { Run } from './run.ts';
import { allChildren, parts, type PyNode } from './tree.ts';
import { unknown, type Scope, type Value } from './values.ts';

/** Gives a value to a target of an assignment or a loop: a name, a tuple, `self.x` or `d["k"]`. */
export function bindTarget(target: PyNode, value: Value, scope: Scope, run: Run): void {
  if (target.name === 'VariableName') {
    const name = run.file.source(target);
    scope.names.set(name, value.is === 'frame' ? { ...value, variable: name } : value);
    return;
  }
  if (/^(TupleExpression|ArrayExpression|ParenthesizedExpression)$/.test(target.name)) {
    parts(target).forEach((part, index) => {
      const item = value.is === 'list' ? value.items[index] : undefined;
      bindTarget(part, item ?? unknown(run.file.source(part)), scope, run);
    });
    return;
  }
  if (target.name !== 'MemberExpression') return;
  const [object, ...rest] = allChildren(target);
  if (object === undefined) return;
  const holder = evaluate(object, scope, run);
  const property = rest.find((child) => child.name === 'PropertyName');
  if (property !== undefined) {
    if (holder.is === 'object') holder.fields.set(run.file.source(property), value);
    return;
  }
  const index = rest.find((child) => !/^[[\],]$/.test(child.name));
  if (index === undefined) return;
  const key = evaluate(index, scope, run);
  if (holder.is === 'dict' && key.is === 'text') holder.entries.set(key.text, value);
  if (holder.is === 'frame' && object.name === 'VariableName') {
    // pandas: `df["x"] = …` adds a column; what it is made of stays unknown here, the rows stay the same.
    scope.names.set(run.file.source(object), holder);
  }
}
