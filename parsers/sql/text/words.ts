/** A set of words written as one text, separated by white space. */
export const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));
