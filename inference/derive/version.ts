/** Raised whenever derivation may say something else of the same relational form: every table is then derived anew. */
export const deriveVersion = 29;
