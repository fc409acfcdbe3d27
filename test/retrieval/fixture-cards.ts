import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { mergeCard } from '../../knowledge/merge.ts';
import type { Card } from '../../schema/contracts/card.ts';
import type { Claim, ClaimField, ClaimValue } from '../../schema/contracts/claims.ts';
import { claim as build, grain, key } from '../knowledge/build-claims.ts';

const fixtures = path.join(import.meta.dirname, '../../fixtures');

interface Expected {
  readonly path: string | null;
  readonly kind?: string;
  readonly upstream?: string[];
  readonly grain?: { keys?: { columns: string[] }[]; time_grain?: string };
  readonly joins?: { columns: string[]; to: string; to_columns: string[]; cardinality: '1:1' }[];
  readonly population?: { sql: string; words: string }[];
}
interface Documented {
  readonly name: string;
  readonly description?: string;
  readonly columns?: { name: string; description?: string }[];
}
interface DbtFile {
  readonly models?: Documented[];
  readonly seeds?: Documented[];
  readonly snapshots?: Documented[];
  readonly sources?: { schema?: string; name: string; tables?: Documented[] }[];
}

/**
 * Cards of the fixture monorepo as a careful reader would write them: lineage, grain and population from fixtures/expected, words
 * from the documentation beside the code. No stage of the pipeline takes part, so that searches are measured by themselves.
 */
export async function fixtureCards(): Promise<Card[]> {
  const documented = await documentation();
  const cards: Card[] = [];
  for await (const file of glob('expected/tables/*.yml', { cwd: fixtures })) {
    const tables = parse(await readFile(path.join(fixtures, file), 'utf8')) as Record<string, Expected>;
    for (const [table, expected] of Object.entries(tables)) {
      const words =
        documented.get(table) ??
        (await besideCode(expected.path)) ??
        documented.get(table.split('.').at(-1) ?? '');
      cards.push(cardOf(table, expected, words));
    }
  }
  return cards.sort((a, b) => (a.table < b.table ? -1 : 1));
}

function cardOf(table: string, expected: Expected, words: Documented | undefined): Card {
  const claims: Claim[] = [];
  const add = <F extends ClaimField>(field: F, value: ClaimValue<F>): void => {
    claims.push({ ...build(field, 'derived', value), table });
  };
  if (words?.description) add('description', { text: words.description });
  for (const [position, column] of (words?.columns ?? []).entries()) {
    const { name, description = null } = column;
    add('column', { column: name, position, type: null, description, nullable: null, values: null });
  }
  const keys = (expected.grain?.keys ?? []).slice(0, 3).map(({ columns }) => key(columns, 'proved'));
  if (keys.length > 0) add('grain', grain(keys, { time_grain: expected.grain?.time_grain ?? null }));
  for (const upstream of expected.upstream ?? []) add('upstream', { table: upstream });
  for (const join of expected.joins ?? []) add('join', { ...join, to_path: null });
  for (const predicate of expected.population ?? []) add('population', predicate);
  return mergeCard({
    repo: 'acme',
    table,
    path: expected.path,
    kind: expected.kind ?? 'table',
    write: null,
    allColumns: false,
    claims,
    downstream: [],
    usage: null,
    queries: [],
    stale: new Set(),
  });
}

/** dbt's words by table id for sources, by model name for the rest. */
async function documentation(): Promise<Map<string, Documented>> {
  const words = new Map<string, Documented>();
  for await (const file of glob('monorepo/dbt/{models,seeds,snapshots}/**/*.yml', { cwd: fixtures })) {
    const content = parse(await readFile(path.join(fixtures, file), 'utf8')) as DbtFile | null;
    for (const one of [
      ...(content?.models ?? []),
      ...(content?.seeds ?? []),
      ...(content?.snapshots ?? []),
    ]) {
      words.set(one.name, one);
    }
    for (const source of content?.sources ?? []) {
      for (const one of source.tables ?? [])
        words.set(`acme-data.${source.schema ?? source.name}.${one.name}`, one);
    }
  }
  return words;
}

/** bigquery-etl's metadata and schema, Dataform's config block. */
async function besideCode(file: string | null): Promise<Documented | undefined> {
  if (file === null) return undefined;
  const folder = path.join(fixtures, 'monorepo', path.dirname(file));
  if (file.startsWith('bq-etl/')) {
    const metadata = parse(await readFile(path.join(folder, 'metadata.yaml'), 'utf8').catch(() => '{}')) as {
      friendly_name?: string;
      description?: string;
    };
    const schema = parse(await readFile(path.join(folder, 'schema.yaml'), 'utf8').catch(() => '{}')) as {
      fields?: Documented[];
    };
    const description = [metadata.friendly_name, metadata.description].filter(Boolean).join('. ');
    return {
      name: file,
      description,
      columns: (schema.fields ?? []).map(({ name, description: text }) =>
        text ? { name, description: text } : { name },
      ),
    };
  }
  if (!file.endsWith('.sqlx')) return undefined;
  const text = await readFile(path.join(fixtures, 'monorepo', file), 'utf8');
  const description = /description:\s*["'`]([^"'`]*)/.exec(text)?.[1];
  return description ? { name: file, description } : undefined;
}
