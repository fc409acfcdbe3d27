/** What a run may spend on the model. */
import { UserError } from '../../schema/contracts/errors.ts';
import { familySpend } from '../../store/model-calls.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';

/** The calls of the run cost as much as they may: what is not stored waits for another run. */
export class BudgetSpent extends UserError {}

/** Throws `BudgetSpent`. Calls under way count with what they take, about. */
export async function stayInBudget(
  { db, config }: Pick<ActivityDeps, 'db' | 'config'>,
  { run, usd }: Pick<RunHandle, 'run' | 'usd'>,
): Promise<void> {
  const most = Math.min(usd ?? Infinity, config.model.budgetUsd ?? Infinity);
  if (most < Infinity && (await familySpend(db, run)) >= most)
    throw new BudgetSpent('The budget of the run is spent.');
}
