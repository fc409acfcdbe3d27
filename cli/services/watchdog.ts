import { spawn } from 'node:child_process';

/** Ends the services when the launcher cannot do it any more. */
export interface Watchdog {
  /** Replaces the list of process ids to end, in this order. */
  guard(pids: readonly number[]): void;
  /** Ends the watchdog, not what it guards. */
  dismiss(): void;
}

/**
 * `kill -9` of the launcher leaves it no time to end its children. So a shell holds the other end of a pipe: when the
 * launcher is gone, its `read` fails, and it ends what was guarded (5 s each, then SIGKILL). The last line read counts.
 * Where there is no `sh`, nothing is guarded, and the next start ends what was left.
 */
const script = `
pids=
while read -r line; do pids=$line; done
for pid in $pids; do
  kill -TERM $pid 2>/dev/null || continue
  n=0
  while kill -0 $pid 2>/dev/null && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
  kill -KILL $pid 2>/dev/null
done`;

export function startWatchdog(): Watchdog {
  const shell = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  // Typed as a plain stream, but it is a socket, and as such would keep the launcher running.
  (shell.stdin as unknown as { unref(): void }).unref();
  return {
    guard: (pids) => void shell.stdin.write(`${pids.join(' ')}\n`),
    dismiss: () => void shell.stdin.end('\n'),
  };
}
