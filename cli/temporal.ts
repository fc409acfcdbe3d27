/** Connections to the Temporal server. */
import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { SystemError } from '../schema/contracts/errors.ts';
import { registerSearchAttributes, type SearchAttributes } from './services/search-attributes.ts';
import type { TemporalSettings } from './settings.ts';

interface Reach {
  readonly address: string;
  readonly apiKey?: string;
  readonly tls?: true | Awaited<ReturnType<typeof tlsFiles>>;
}

/** What the worker's connection takes. */
export const nativeConnectionOptions = (
  settings: TemporalSettings,
  address: string,
): Promise<NativeConnectionOptions> => reach(settings, address);

async function reach(settings: TemporalSettings, address: string): Promise<Reach> {
  const { tls, apiKey } = settings;
  return {
    address,
    ...(apiKey ? { apiKey } : {}),
    ...(tls === false ? {} : { tls: tls === true ? true : await tlsFiles(tls) }),
  };
}

async function tlsFiles(tls: Exclude<TemporalSettings['tls'], boolean>) {
  return {
    ...(tls.serverName ? { serverNameOverride: tls.serverName } : {}),
    ...(tls.ca ? { serverRootCACertificate: await readFile(tls.ca) } : {}),
    ...(tls.cert && tls.key
      ? { clientCertPair: { crt: await readFile(tls.cert), key: await readFile(tls.key) } }
      : {}),
  };
}

/** A client; throws a `SystemError` when the server cannot be reached within a few seconds. */
export async function connectClient(settings: TemporalSettings, address: string): Promise<Client> {
  try {
    const connection = await Connection.connect({
      ...(await reach(settings, address)),
      connectTimeout: '5 seconds',
    });
    return new Client({ connection, namespace: settings.namespace });
  } catch (cause) {
    throw new SystemError(`The Temporal server at ${address} cannot be reached.`, {
      cause,
      next: 'Run `tablelore doctor`, or start it with `tablelore start`.',
    });
  }
}

/** Registers those search attributes that the namespace lacks; without the permission, the error names the command that an operator can run. */
export async function registerOn(
  settings: TemporalSettings,
  address: string,
  attributes: SearchAttributes,
): Promise<void> {
  const connection = await Connection.connect({
    ...(await reach(settings, address)),
    connectTimeout: '5 seconds',
  });
  try {
    await registerSearchAttributes(connection, settings.namespace, attributes);
  } finally {
    await connection.close();
  }
}
