/** How far a model is believed, whatever it says of itself. */

/** What a model says counts for less than anything proved or declared, however sure it is. */
const most = 0.8;
/** Of what may well be otherwise: it cites lines that address a model, or a judge finds its lines unclear. */
const mostWhereDoubted = 0.3;

export const believed = (confidence: number): number => Math.min(most, Math.max(0, confidence));

export const doubted = <S extends { readonly confidence: number }>(statement: S): S => ({
  ...statement,
  confidence: Math.min(statement.confidence, mostWhereDoubted),
});
