import { unknown, type FrameValue, type Value } from '../values.ts';
import { columnOf, variableMark } from './expressions.ts';
import { derived, filterFrame, items } from './frame.ts';

/** `frame.name`: what is not one of the frame's own attributes is a column. */
export function frameMember(frame: FrameValue, name: string): Value {
  if (name === 'write') return { is: 'writer', frame, options: new Map() };
  if (name === 'writeStream') return { is: 'writer', frame, mode: 'append', options: new Map() };
  if (
    /^(rdd|columns|schema|dtypes|sparkSession|sql_ctx|na|stat|index|values|shape|empty|isStreaming)$/.test(
      name,
    )
  ) {
    return name === 'na' ? frame : unknown(frame.variable ?? 'frame', name);
  }
  if (/^(loc|iloc|at|str|dt|T|plot)$/.test(name)) return frame;
  return qualifiedColumn(frame, name);
}

/** `frame["x"]`, `frame[["x", "y"]]`, `frame[condition]`. */
export function frameColumn(frame: FrameValue, key: Value): Value {
  if (key.is === 'text') return qualifiedColumn(frame, key.text);
  if (key.is === 'list' && key.items.every((item) => item.is === 'text')) {
    return derived(frame, {
      op: 'project',
      input: frame.relation,
      items: items(frame, key.items, 0).map(({ line: _, ...item }) => item),
    });
  }
  if (key.is === 'column') {
    const result = filterFrame(frame, key.value, 0);
    const { line: _, ...relation } = result.relation;
    return { ...result, relation };
  }
  return frame;
}

function qualifiedColumn(frame: FrameValue, name: string): Value {
  const column = columnOf(name);
  if (frame.variable === undefined || column.ex !== 'column' || column.qualifier !== undefined) {
    return { is: 'column', value: column };
  }
  return { is: 'column', value: { ...column, qualifier: [variableMark + frame.variable] } };
}
