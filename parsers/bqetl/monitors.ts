import type { Declaration } from '../../schema/contracts/facts.ts';
import { tableName } from '../table-name.ts';
import type { YamlValue } from '../yaml/document.ts';

/** Key and null monitors of a Bigeye `bigconfig.yml`. Monitors look at a window of the data and raise an alert: they are conditional. */
export function readMonitors(root: YamlValue): Declaration[] {
  const out: Declaration[] = [];
  for (const group of root.get('tag_deployments')?.items() ?? []) {
    for (const deployment of group.get('deployments')?.items() ?? []) {
      const selectors = deployment.get('column_selectors')?.items() ?? [];
      for (const metric of deployment.get('metrics')?.items() ?? []) {
        for (const selector of selectors) {
          const name = selector.get('name')?.text() ?? '';
          const parts = name.split('.');
          declareMonitor(metric, parts.slice(0, -1).join('.'), parts[parts.length - 1] ?? '', out);
        }
      }
    }
  }
  for (const group of root.get('table_deployments')?.items() ?? []) {
    for (const deployment of group.get('deployments')?.items() ?? []) {
      const table = deployment.get('fq_table_name')?.text() ?? '';
      for (const column of deployment.get('columns')?.items() ?? []) {
        for (const metric of column.get('metrics')?.items() ?? []) {
          declareMonitor(metric, table, column.get('column_name')?.text() ?? '', out);
        }
      }
    }
  }
  return out;
}

function declareMonitor(metric: YamlValue, address: string, column: string, out: Declaration[]): void {
  const id =
    metric.get('saved_metric_id')?.text() ?? metric.get('metric_type')?.get('predefined_metric')?.text();
  // Bigeye's address leads with the warehouse, which carries the project's name again.
  const table = tableName(address.split('.').slice(-3).join('.'));
  if (id === undefined || table === null) return;
  const lines = metric.lines;
  if (/^composite_key_uniqueness/.test(id)) {
    const columns = (metric.get('parameters')?.items() ?? []).flatMap(
      (p) => p.get('column_name')?.text() ?? [],
    );
    const known = out.some((d) => d.declares === 'key' && d.columns.join() === columns.join());
    if (columns.length > 0 && !known) {
      out.push({ table, lines, declares: 'key', columns, test: id, by: 'test', conditional: true });
    }
  } else if (column !== '*' && column !== '' && /^(is_unique|COUNT_DUPLICATES)$/.test(id)) {
    out.push({ table, lines, declares: 'key', columns: [column], test: id, by: 'test', conditional: true });
  } else if (column !== '*' && column !== '' && /^(is_not_null|PERCENT_NULL)$/.test(id)) {
    out.push({ table, lines, declares: 'not_null', columns: [column], conditional: true });
  }
}
