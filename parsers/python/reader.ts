import { findings, tracedFiles, type ReadContext, type Reader } from '../reader.ts';
import { dags, keywordsOf, runDag } from './airflow/dag.ts';
import { operators } from './airflow/operators.ts';
import { taskOrder } from './airflow/order.ts';
import { callFunction, runFunction } from './calls.ts';
import { clients } from './clients.ts';
import { finish } from './finish.ts';
import { columnMethods, windowLibrary } from './frames/columns.ts';
import { sparkFunctions } from './frames/functions.ts';
import { frameMethods } from './frames/methods.ts';
import { pandas } from './frames/pandas.ts';
import { sparkIo } from './frames/spark-io.ts';
import { moduleImporter } from './modules.ts';
import { leftoverSql } from './sql.ts';
import { isModelDecorator, runModel, sqlmeshContext } from './sqlmesh.ts';
import { run as runStatements } from './statements.ts';
import { parsePython } from './tree.ts';
import type { ClassValue, FunctionValue, Scope, Value } from './values.ts';
import { newRun, type Run } from './run.ts';

const version = 12;
const budget = 300_000;

/** In the order in which they are asked about a call. */
const libraries = [
  dags,
  sqlmeshContext,
  taskOrder,
  operators,
  columnMethods,
  windowLibrary,
  sparkFunctions,
  pandas,
  frameMethods,
  sparkIo,
  clients,
];

/** Python: Airflow DAGs, Spark and pandas frames, SQL in strings. The code is read by running it on what is known of its values; nothing is executed. */
export const pythonReader: Reader = {
  name: 'python',
  version,
  match: (path) =>
    path.endsWith('.py') &&
    !/(^|\/)(tests?|conftest\.py|setup\.py|node_modules|\.venv|venv|site-packages)(\/|$)|(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(
      path,
    ),
  read: (path, text, context) => {
    const { out, trace } = readPython(path, text, context);
    const traced = Object.keys(trace).length > 0 ? { trace } : {};
    if (
      out.builds.length +
        out.uses.length +
        out.jobs.length +
        out.declarations.length +
        out.diagnostics.length ===
      0
    )
      return null;
    return { path, reader: 'python', version, dialect: context.dialect, ...out, ...traced };
  },
};

export function readPython(path: string, text: string, context: ReadContext) {
  const files = tracedFiles(context);
  // Most Python has nothing to do with tables; its tree is not worth walking.
  if (text.length > maxLength || !relevant.test(text)) return { out: findings(), trace: files.trace };
  const file = parsePython(text);
  const run = newRun({
    path,
    dialect: context.dialect,
    libraries,
    importModule: moduleImporter(path, files, context),
    file,
    budget,
  });
  const scope: Scope = {
    names: new Map([['__name__', { is: 'text', text: '__main__' }]]),
    outer: undefined,
  };
  runStatements(file.root, scope, run);
  runUncalled(scope, run);
  if (run.budget <= 0) {
    run.out.diagnostics.push({
      code: 'python.too_long',
      severity: 'warning',
      message: 'The file takes too many steps to follow; what comes after the bound is not read.',
      path,
      fault: 'system',
    });
  }
  leftoverSql(run);
  finish(run);
  return { out: run.out, trace: files.trace };
}

/** Longer files are data in the clothes of code. In UTF-16 units. */
const maxLength = 1_000_000;

const relevant =
  /\b(sql|select|insert|spark|pyspark|airflow|dag|pandas|bigquery|snowflake|dataframe|read_|to_gbq|sqlmesh|write|query|table)\b/i;

/** Functions and methods that no call has reached are run once, with parameters that are not known: those first that the file does not call
 * itself, for their calls tell the parameters of the others. */
function runUncalled(scope: Scope, run: Run): void {
  const calls = Map.groupBy(
    [...run.file.text.matchAll(/\b(def\s+)?(\w+)\s*\(/g)].filter(([, definition]) => !definition),
    ([, , name = '']) => name,
  );
  const values = [...scope.names.values()];
  const isCalled = (value: Value): boolean => value.is === 'function' && calls.has(value.name);
  for (const value of [...values.filter((one) => !isCalled(one)), ...values.filter(isCalled)]) {
    if (value.is === 'function' && value.file === run.file && !run.called.has(value.node.from))
      runAlone(value, run);
    if (value.is === 'class') runMethods(value, run);
  }
}

function runAlone(value: FunctionValue, run: Run): void {
  const dag = value.decorators.find(({ path }) => /^airflow\b.*\.dag$/.test(path));
  run.by = undefined;
  if (value.decorators.some(({ path }) => isModelDecorator(path))) runModel(value, run);
  else if (dag !== undefined) runDag(value, keywordsOf(dag.node, value, run), undefined, run);
  else if (value.decorators.some(({ path }) => /^airflow\b.*\.task(\.\w+)*$/.test(path))) {
    callFunction(
      value,
      {
        path: '',
        method: '',
        receiver: undefined,
        args: [],
        keywords: new Map(),
        node: value.node,
        at: value.node,
      },
      run,
    );
  } else {
    runFunction(value, undefined, run);
  }
  run.by = undefined;
}

function runMethods(value: ClassValue, run: Run): void {
  const self: Value = { is: 'object', type: '', fields: new Map(), class: value };
  const members = [...value.scope.names.values()].filter(
    (member) => member.is === 'function' && member.file === run.file,
  );
  const ordered = members.sort((a, b) => Number(nameOf(b) === '__init__') - Number(nameOf(a) === '__init__'));
  for (const member of ordered) {
    if (member.is !== 'function' || run.called.has(member.node.from)) continue;
    run.by = undefined;
    const isStatic = member.decorators.some(({ path }) => path === 'staticmethod');
    runFunction(isStatic ? member : { ...member, self }, undefined, run);
  }
  run.by = undefined;
}

const nameOf = (value: Value): string => (value.is === 'function' ? value.name : '');
