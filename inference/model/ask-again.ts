const first = 7;
const most = 112;

/** Days from a question that was asked `times` times without an answer to the next time: a week, and twice as long each time. */
export const daysUntilAskedAgain = (times: number): number => Math.min(most, first * 2 ** (times - 1));
