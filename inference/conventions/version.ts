/** Raised whenever comparing tables (look-alikes, joins, likely keys) may say something else of the same tables: the next night does it anew. */
export const relateVersion = 3;
