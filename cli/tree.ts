/** A tree in lines. Pure. */
export interface TreeNode {
  readonly text: string;
  /** Said beside it where there is room. */
  readonly note?: string;
  readonly children: readonly TreeNode[];
}

export interface TreeStyle {
  /** Characters in a line: a note that would not fit is left out. Default: no limit. */
  readonly width?: number;
  /** How notes are shown. Default: as they are. */
  readonly note?: (text: string) => string;
}

/** The root stands alone, each level below is set in by three characters. */
export function drawTree(root: TreeNode, style: TreeStyle = {}): string[] {
  return [line('', root, style), ...branches(root.children, '', style)];
}

function branches(nodes: readonly TreeNode[], indent: string, style: TreeStyle): string[] {
  return nodes.flatMap((node, index) => {
    const last = index === nodes.length - 1;
    return [
      line(`${indent}${last ? '└─ ' : '├─ '}`, node, style),
      ...branches(node.children, `${indent}${last ? '   ' : '│  '}`, style),
    ];
  });
}

function line(head: string, { text, note = '' }: TreeNode, style: TreeStyle): string {
  const fits = head.length + text.length + 2 + note.length <= (style.width ?? Infinity);
  return `${head}${text}${note !== '' && fits ? `  ${style.note?.(note) ?? note}` : ''}`;
}
