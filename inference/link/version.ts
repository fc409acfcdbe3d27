/** Raised whenever linking may say something else of the same facts: the next night links anew, though no file has changed. */
export const linkVersion = 2;
