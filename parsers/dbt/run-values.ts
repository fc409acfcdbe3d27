/** What a run, and not the code, gives a template: its clock and id, environment variables, variables that the project leaves open. */
import { Undefined, type Value } from '../jinja/values.ts';

/** Named as templates call them. */
export type RunValue = 'run_started_at' | 'env_var' | 'var';

/** A run's clock and id. */
export interface Moment {
  readonly now: Date;
  readonly id: string;
}

export const firstId = '00000000-0000-0000-0000-000000000000';
/** No part of its date, time or id is that of the run that everything is rendered for. */
export const anotherMoment: Moment = {
  now: new Date(Date.UTC(2011, 9, 23, 14, 53, 47, 191)),
  id: '11111111-1111-1111-1111-111111111111',
};

/** What another run may give instead; null for switches and lists, which decide how the text is built and hardly ever stand in it. */
export function anotherValue(value: Value): Value | null {
  if (typeof value === 'string') return `${value}1`;
  if (typeof value === 'number') return value + 1;
  return value instanceof Undefined ? new Undefined(`${value.path}1`, value.reason) : null;
}
