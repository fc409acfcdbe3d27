/** What a run may spend on the model. */
import { UserError } from '../../schema/contracts/errors.ts';
import { familySpend } from '../../store/model-calls.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';

/** The calls of the run cost as much as they may: what is not stored waits for another run. */
export class BudgetSpent extends UserError {
  constructor() {
    super('The budget of the run is spent.');
  }
}

/** US dollars that the run and those of its family may cost; infinite: no limit. */
export const mostUsd = ({ config }: Pick<ActivityDeps, 'config'>, { usd }: Pick<RunHandle, 'usd'>): number =>
  Math.min(usd ?? Infinity, config.model.budgetUsd ?? Infinity);

/** Throws `BudgetSpent` where nothing is left: nothing need be made ready then. Whether a call still fits is seen when it is claimed. */
export async function expectMoney(
  deps: Pick<ActivityDeps, 'db' | 'config'>,
  handle: Pick<RunHandle, 'run' | 'usd'>,
): Promise<void> {
  const most = mostUsd(deps, handle);
  if (most < Infinity && (await familySpend(deps.db, handle.run)) >= most) throw new BudgetSpent();
}
