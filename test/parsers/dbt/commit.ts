/** A dbt project of a few files, as readers see it. */
import { projectAt } from '../../../parsers/dbt/facts/loaded.ts';
import { currentHash, readTraceKey } from '../../../parsers/dbt/facts/trace.ts';
import type { ReadContext } from '../../../parsers/reader.ts';
import { detectProjects } from '../../../parsers/registry.ts';
import type { FileFacts } from '../../../schema/contracts/facts.ts';

/** Files with the same text are the same blob, and others are not. */
export function commitOf(texts: Readonly<Record<string, string>>): ReadContext {
  const paths = Object.keys(texts);
  const file = (path: string) => (path in texts ? { text: texts[path] ?? '', blob: `${path}\n${texts[path] ?? ''}` } : undefined); // prettier-ignore
  return { dialect: 'snowflake', projects: detectProjects(paths, (path) => texts[path]), paths, file };
}

/** Whether the facts of a file stand in another commit that has the same file. */
export const holds = (facts: FileFacts, context: ReadContext): boolean =>
  Object.entries(facts.trace ?? {}).every(([entry, hash]) => {
    const asked = readTraceKey(entry);
    const project = projectAt(facts.path, context)?.project;
    return asked === null || (project !== undefined && currentHash(project, asked.key) === hash);
  });
