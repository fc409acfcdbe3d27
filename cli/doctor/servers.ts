/** Database, Temporal server, schedules. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { databaseHealth } from '../../store/health.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { minuteOf, readSchedule } from '../schedule.ts';
import { findRunningServices } from '../services/running-services.ts';
import { findTemporal } from '../services/temporal-binary.ts';
import { withClient, withUnmigratedStore } from '../session.ts';
import type { Settings } from '../settings.ts';
import { fail, firstLine, ok, warn, type Finding } from './check.ts';
import { checkQueues } from './queues.ts';

export async function checkDatabase(settings: Settings): Promise<Finding[]> {
  const own = settings.databaseUrl !== null;
  const what = own ? `DATABASE_URL, ${URL.parse(settings.databaseUrl)?.host ?? 'not a URL'}` : 'embedded';
  if (!own && !existsSync(join(settings.dataDir, 'postgres')))
    return [ok('database', 'embedded; the first start makes it')];
  const { server, vector, vectorAvailable, missing, size } = await withUnmigratedStore(settings, (db) =>
    databaseHealth(db),
  );
  const findings = [ok('database', `${what}, ${server}, ${(size / 1e6).toFixed(0)} MB`)];
  if (vector !== null) findings.push(ok('pgvector', vector));
  else if (vectorAvailable)
    findings.push(warn('pgvector', 'not installed in this database', 'Run `tablelore migrate`.'));
  else
    findings.push(
      fail('pgvector', 'this server does not have it', 'Install pgvector on the Postgres server.'),
    );
  findings.push(
    missing.length === 0
      ? ok('migrations', 'all applied')
      : warn(
          'migrations',
          `missing: ${missing.join(', ')}`,
          own ? 'Run `tablelore migrate`.' : 'The next start applies them.',
        ),
  );
  return findings;
}

/** The server that runs or that is named; where none is: whether one could be started, without downloading anything. */
export async function checkTemporal(settings: Settings): Promise<Finding[]> {
  const running = await findRunningServices(settings.dataDir);
  const address = settings.temporal.address ?? running?.temporalAddress ?? null;
  if (address !== null)
    return withClient(settings, { temporalAddress: address }, (client) =>
      checkServer(client, settings, address),
    );
  try {
    const { path, place } = await findTemporal({ env: process.env, report: () => {}, localOnly: true });
    return [ok('Temporal', `not running; a start uses ${path} (${place})`)];
  } catch {
    return [
      warn(
        'Temporal',
        'no server is named, none runs, and there is no `temporal` program here',
        'The first start downloads one, or builds it where Go is. Or set TEMPORAL_ADDRESS.',
      ),
    ];
  }
}

async function checkServer(client: Client, settings: Settings, address: string): Promise<Finding[]> {
  const { namespace } = settings.temporal;
  try {
    await client.workflowService.describeNamespace({ namespace });
  } catch (error) {
    return [
      ok('Temporal', `${address} answers`),
      fail(
        'namespace',
        `${namespace}: ${firstLine(error)}`,
        `Make it: temporal operator namespace create ${namespace}`,
      ),
    ];
  }
  return [
    ok('Temporal', `${address}, namespace ${namespace}`),
    await checkSearchAttributes(client, namespace),
    await checkQueues(client, settings),
    ...(await checkSchedules(client, settings)),
  ];
}

async function checkSearchAttributes(client: Client, namespace: string): Promise<Finding> {
  const name = 'search attributes';
  try {
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.entries(searchAttributes).filter(
      ([attribute]) => !(attribute in (customAttributes ?? {})),
    );
    if (missing.length === 0) return ok(name, 'all registered');
    const flags = missing.map(([attribute, type]) => `--name ${attribute} --type ${type}`).join(' ');
    return warn(
      name,
      `missing: ${missing.map(([attribute]) => attribute).join(', ')}`,
      `Run: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
    );
  } catch (error) {
    return warn(name, `cannot be listed: ${firstLine(error)}`, 'Ask an operator of the namespace.');
  }
}

async function checkSchedules(client: Client, { config }: Settings): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name: repo } of config.repos) {
    const state = await readSchedule(client, repo);
    if (state === null)
      findings.push(warn('schedule', `${repo} has none`, 'Run `tablelore schedule apply`.'));
    else if (state.paused)
      findings.push(warn('schedule', `${state.id} is paused`, 'Run `tablelore schedule resume`.'));
    else
      findings.push(
        ok(
          'schedule',
          `${state.id}, next ${state.nextRuns[0] === undefined ? 'never' : minuteOf(state.nextRuns[0])}`,
        ),
      );
  }
  return findings;
}
