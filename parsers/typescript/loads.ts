import type { WriteMode } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import { readable } from '../runtime-text.ts';
import { lineOf, linesOf, type Library, type Run } from './run.ts';
import { addBuild, codeTable, executeSql } from './sql.ts';
import { entry, hostValue, textOf, textsOf, unknown, type CallSite, type Value } from './values.ts';

/** Client calls that write tables: BigQuery's `dataset(…).table(…).insert|load|copy`, `COPY … FROM` streams. */
export const loadCalls: Library = (call, run) => {
  const [first, second] = call.args;
  if (call.method === 'dataset' && textOf(first) !== undefined) {
    const project = textOf(entry(second, 'projectId'));
    return dataset([project, textOf(first)].filter((part) => part !== undefined).join('.'));
  }
  if (call.method === 'copyFrom' || call.method === 'from' || call.method === 'copyTo') {
    if (first?.is === 'text' && /^\s*copy\s+\S+/i.test(first.text)) {
      executeSql(first, call.node, run);
      return unknown('stream');
    }
  }
  return undefined;
};

function dataset(name: string): Value {
  return hostValue({
    type: 'dataset',
    method: (method, args) => {
      const table = textOf(args[0]);
      return method === 'table' && table !== undefined ? bigqueryTable(`${name}.${table}`) : undefined;
    },
  });
}

function bigqueryTable(name: string): Value {
  return hostValue({
    type: 'table',
    text: name,
    method: (method, args, site, run) => {
      const target = codeTable(name, lineOf(run, site.at));
      if (target === null) return undefined;
      const metadata = args.find((arg) => arg.is === 'object');
      const disposition = textOf(entry(metadata, 'writeDisposition'));
      const write: WriteMode = disposition === 'WRITE_TRUNCATE' ? 'replace' : 'append';
      if (method === 'insert') return written(target, 'append', [], site, run);
      if (method === 'load' || method === 'createLoadJob' || method === 'createWriteStream') {
        const files = textsOf(args[0]).filter((text) => text.includes('/'));
        return written(
          target,
          write,
          files.map((text) => ({ parts: [readable(text)], line: lineOf(run, site.at) })),
          site,
          run,
        );
      }
      if (method === 'copy' || method === 'createCopyJob') {
        const to = codeTable(textOf(args[0]), lineOf(run, site.at));
        return to === null ? undefined : written(to, write, [target], site, run);
      }
      return undefined;
    },
  });
}

function written(
  target: NameRef,
  write: WriteMode,
  reads: readonly NameRef[],
  site: CallSite,
  run: Run,
): Value {
  addBuild(
    {
      target,
      kind: 'table',
      write,
      lines: linesOf(run, site.node),
      relation: { op: 'opaque', reads, reason: 'rows that a client sends' },
      reads,
    },
    run,
  );
  return unknown('job');
}
