import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { before } from 'node:test';
import type { ReadContext, SourceText } from '../../parsers/reader.ts';
import { detectProjects, initReaders, readFile } from '../../parsers/registry.ts';
import { assertExpected } from './expected.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures');
const ending = '.facts.json';

before(initReaders);

// Each folder is a small repository. The facts of a file stand beside it; a file without them is one that yields none.
for (const kind of ['bqetl', 'dataform', 'python', 'sqlmesh', 'terraform', 'typescript']) {
  const root = path.join(fixtures, kind);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(ending))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
  const file = (name: string): SourceText | undefined => {
    if (!paths.includes(name)) return undefined;
    const text = readFileSync(path.join(root, name), 'utf8');
    return { text, blob: createHash('sha1').update(text).digest('hex').slice(0, 8) };
  };
  const context: ReadContext = { dialect: 'bigquery', projects: detectProjects(paths), file, paths };
  for (const name of paths) {
    test(`${kind}: ${name}`, () => {
      const facts = readFile(name, file(name)?.text ?? '', context);
      if (facts !== null) {
        const { version: _, ...stable } = facts;
        assertExpected(stable, path.join(root, name + ending));
      } else
        assert.ok(!existsSync(path.join(root, name + ending)), 'it has expected facts, but none were found');
    });
  }
}
