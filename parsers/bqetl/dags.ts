import type { Job } from '../../schema/contracts/facts.ts';
import type { YamlValue } from '../yaml/document.ts';

/** The DAGs of `dags.yaml`. Their tasks stand in the tables' `metadata.yaml`, under the same job id. */
export function readDags(root: YamlValue): Job[] {
  return root.entries().flatMap(([id, dag, line]): Job[] => {
    const schedule = dag.get('schedule_interval')?.text();
    const owner = dag.get('default_args')?.get('owner')?.text();
    const description = dag.get('description')?.text()?.trim();
    if (dag.entries().length === 0) return [];
    return [
      {
        id,
        kind: 'bqetl',
        lines: [line, dag.lines[1]],
        ...(schedule === undefined ? {} : { schedule }),
        ...(owner === undefined ? {} : { owner }),
        ...(description === undefined ? {} : { description }),
        tasks: [],
      },
    ];
  });
}
