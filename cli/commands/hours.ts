import { UserError } from '../../schema/contracts/errors.ts';

const hoursIn = { m: 1 / 60, h: 1, d: 24 } as const;

/** Hours of an age such as `90m`, `26h` or `2d`. */
export function hours(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([mhd])$/.exec(text) ?? [];
  if (unit in hoursIn) return Number(number) * hoursIn[unit as keyof typeof hoursIn];
  throw new UserError(`"${text}" is not an age.`, { next: 'Write it as 90m, 26h or 2d.' });
}
