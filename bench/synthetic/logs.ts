/** Query logs of a synthetic monorepo. */
import { writeFileSync } from 'node:fs';
import type { SyntheticRepo } from './files.ts';
import { Random } from './random.ts';

const people = 40;

/** One day of queries as JSON lines: dashboards that run the same text all day, and people who look at single accounts. */
export function writeLog(
  path: string,
  { plan, tables, options }: SyntheticRepo,
  day: string,
  queries: number,
): void {
  const random = new Random(options.seed, `log ${day}`);
  const built = plan.filter(({ layer }) => layer > 1);
  const lines: string[] = [];
  for (let at = 0; at < queries; at += 1) {
    // Few tables are asked for often.
    const table = built[Math.floor(built.length * random.next() ** 3)] ?? random.pick(built);
    const columns = tables.get(table.name)?.columns ?? [];
    const measure = columns.find(({ role }) => role === 'measure')?.name ?? '*';
    const scheduled = random.next() < 0.5;
    const sql = scheduled
      ? `select event_date, sum(${measure}) as total from ${table.name} group by event_date`
      : `select account_id, ${measure} from ${table.name} where account_id = ${random.between(1, 9999)}`;
    const user = scheduled
      ? 'svc-dashboards@acme.example'
      : `person${random.between(1, people)}@acme.example`;
    const time = new Date(Date.parse(day) + Math.floor((at / queries) * 86_400_000)).toISOString();
    lines.push(JSON.stringify({ id: `${day}-${at}`, started_at: time, user, source: scheduled ? 'dashboard' : 'adhoc', sql, status: 'success', duration_ms: 100 })); // prettier-ignore
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}
