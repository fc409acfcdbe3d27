/** Answers about the tables of the night, and a server that gives them. */
import type { TestContext } from 'node:test';
import type { TableReading } from '../../../inference/model/output-contract.ts';
import { emptyReading } from '../../support/empty-reading.ts';
import { startScriptedModelServer, type ScriptedModelOptions } from '../../support/scripted-model-server.ts';
import { lineOf, paths, users } from './night.ts';

export const cite = (table: keyof typeof paths, text: string) => {
  const line = lineOf(table, text);
  return [{ path: paths[table], from: line, to: line }];
};
const purpose = (table: keyof typeof paths, text: string, line: string): TableReading => ({
  ...emptyReading,
  purpose: { text, evidence: cite(table, line), confidence: 0.95 },
});
export const good = purpose(users, 'Logged-in users of each day.', 'user_id is not null');
export const wrong = purpose(users, 'Users by `signup_channel`.', 'user_id is not null');
export const only = (table: string) => ({ table });
/** Closed, and with that checked, when the test ends. */
export async function scripted(t: TestContext, options: ScriptedModelOptions) {
  const server = await startScriptedModelServer(options);
  t.after(() => server.close());
  return server;
}
