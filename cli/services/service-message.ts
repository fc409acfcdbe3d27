/** What a spawned service tells the launcher over its IPC channel, once, after its start. */
export type ServiceMessage =
  /** It does its work now. `port`: where it listens; absent when it does not. */
  | { readonly kind: 'ready'; readonly port?: number }
  /** `text`: why it could not start, as a person should read it. The process ends by itself. */
  | { readonly kind: 'failed'; readonly text: string };

/** Sends a message to the launcher; does nothing in a process that was started by hand. */
export function tellLauncher(message: ServiceMessage): void {
  if (process.connected) process.send?.(message);
}

/** The service message in what came over a channel; null for anything else. */
export function readServiceMessage(value: unknown): ServiceMessage | null {
  if (typeof value !== 'object' || value === null) return null;
  const { kind, port, text } = value as Record<string, unknown>;
  if (kind === 'ready') return typeof port === 'number' ? { kind, port } : { kind };
  return kind === 'failed' && typeof text === 'string' ? { kind, text } : null;
}
