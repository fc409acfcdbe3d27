/**
 * Downloads the Temporal development server into a folder, the way the SDK does it for its own tests:
 * `node cli/services/temporal-download.ts <folder>`. The SDK can only download and start in one, so the server is
 * started on free ports and ended at once. Exit code 1, with the reason on stderr, when it could not be had.
 */
import { createRequire } from 'node:module';
import { DefaultLogger, Runtime } from '@temporalio/worker';

const [, , downloadDir] = process.argv;
const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };

try {
  if (downloadDir === undefined) throw new Error('a folder is missing');
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const runtime = Runtime.instance();
  const server = await runtime.createEphemeralServer({
    type: 'dev-server',
    exe: {
      type: 'cached-download',
      downloadDir,
      version: 'default',
      ttl: 0,
      sdkName: 'sdk-typescript',
      sdkVersion: version,
    },
    namespace: 'default',
    ip: '127.0.0.1',
    port: null,
    uiPort: null,
    dbFilename: null,
    ui: false,
    log: { format: 'pretty', level: 'error' },
    extraArgs: [],
  });
  await runtime.shutdownEphemeralServer(server);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
