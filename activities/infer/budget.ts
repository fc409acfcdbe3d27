/** What a run may spend on the model. */
import { UserError } from '../../schema/contracts/errors.ts';
import { modelSpend } from '../../store/model-calls.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';

/** The calls of the run cost as much as they may: what is not stored waits for another run. */
export class BudgetSpent extends UserError {}

/** Throws `BudgetSpent`. Calls under way do not count yet. */
export async function stayInBudget(
  { db, config }: Pick<ActivityDeps, 'db' | 'config'>,
  { run, usd }: Pick<RunHandle, 'run' | 'usd'>,
): Promise<void> {
  const most = Math.min(usd ?? Infinity, config.model.budgetUsd ?? Infinity);
  if (most < Infinity && ((await modelSpend(db, run)).costUsd ?? 0) >= most)
    throw new BudgetSpent('The budget of the run is spent.');
}
