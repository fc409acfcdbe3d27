/** A process that works on the frozen tables of a run, and kills itself at the point that it is given: so abruptly as a machine fails. */
import { openDatabase } from '../../../store/database.ts';
import type { ModelClient } from '../../../activities/infer/model-client.ts';
import { stageOf } from './night.ts';

/** `call` and `answer` count from 0 and stand before a request and behind its answer; `statement` counts from 1 and stands behind the statement. */
export interface KillPoint {
  readonly at: 'call' | 'answer' | 'statement';
  readonly nth: number;
}

export interface KilledWorker {
  readonly databaseUrl: string;
  readonly access: { readonly baseUrl: string; readonly apiKey: string };
  /** Names the run and the model: another one asks anew. */
  readonly name: string;
  readonly table: string;
  readonly kill: KillPoint | null;
}

const { databaseUrl, access, name, table, kill } = JSON.parse(process.argv[2] ?? '') as KilledWorker;
const passed = { call: -1, answer: -1, statement: 0 };
function pass(at: KillPoint['at']): void {
  passed[at] += 1;
  if (kill?.at === at && kill.nth === passed[at]) process.kill(process.pid, 'SIGKILL');
}

const db = openDatabase(databaseUrl, { max: 4, onStatement: () => pass('statement') });
const around = (client: ModelClient): ModelClient => ({
  ...client,
  async respond(...args) {
    pass('call');
    const turn = await client.respond(...args);
    pass('answer');
    return turn;
  },
});
await stageOf(db, access, { name }, around).infer({ run: name, table }).result;
process.send?.(passed.statement);
await db.destroy();
