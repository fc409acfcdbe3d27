import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { readSql } from '../../parsers/sql/index.ts';
import { detectProjects, initReaders, readFile } from '../../parsers/registry.ts';
import type { ReadContext } from '../../parsers/reader.ts';

before(initReaders);

// WORD stands where a reader looks something up by a word of the file.
const files: Readonly<Record<string, string>> = {
  'a.sql': 'WORD x; SELECT WORD(a) FROM t WORD;',
  'frame.py':
    'df = spark.table("a.b").WORD("c")\n' +
    'df.join(spark.table("c.d"), "id", "WORD").withColumn("e", F.WORD(df.f.WORD(1))).write.mode("WORD").saveAsTable("a.e")\n' +
    'df.writeTo("a.f").WORD()\n',
  'dag.py':
    'from airflow import DAG\nwith DAG("d", default_args={"sla": timedelta(WORD=2)}) as dag:\n' +
    '  BigQueryInsertJobOperator(task_id="t", configuration={"load": {"writeDisposition": "WORD"}})\n',
  'kysely.ts': `import { Kysely } from 'kysely'; const db = new Kysely<DB>({}); db.selectFrom('a').WORD('b', 'x', 'y').selectAll().execute();`,
  'knex.ts': `import knex from 'knex'; const db = knex({}); db('a').WORD('b', 'x', 'y').select('x');`,
  'dbt/models/m.sql':
    "SELECT {{ var('WORD', 'a') }} AS a FROM {{ ref('n') }} WHERE {{ config.get('WORD', 1) }} = 1",
  'dbt/models/n.yml': 'models: [{name: m, columns: [{name: a, tests: [WORD]}]}]',
  'sql/p/d/t/WORD': 'a: 1',
  'z/WORD/dbt_project.yml': 'name: WORD',
};
const own = { 'dbt/dbt_project.yml': 'name: d\nprofile: WORD', 'dbt/models/n.sql': 'SELECT 1 AS a' };

function factsWith(word: string): unknown {
  const texts = new Map(
    Object.entries({ ...files, ...own }).map(([path, text]) => [
      path.replaceAll('WORD', word),
      text.replaceAll('WORD', word),
    ]),
  );
  const paths = [...texts.keys(), word];
  const context: ReadContext = {
    dialect: 'bigquery',
    projects: detectProjects(paths),
    paths,
    file: (path) => (texts.has(path) ? { text: texts.get(path) ?? '', blob: path } : undefined),
  };
  const facts = [...texts].map(([path, text]) => {
    const { trace: _, ...found } = readFile(path, text, context) ?? {};
    return found;
  });
  const statements = readSql('WORD x; SELECT 1'.replaceAll('WORD', word), {
    dialect: 'bigquery',
    path: 'b.sql',
  });
  const text = JSON.stringify([context.projects, facts, statements.map(({ status }) => status)]);
  return JSON.parse(text.replaceAll(new RegExp(word, 'gi'), 'WORD'));
}

test('words that every object has are read as any other word', () => {
  const plain = factsWith('unheardof');
  for (const word of ['constructor', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'])
    assert.deepEqual(factsWith(word), plain, word);
});
