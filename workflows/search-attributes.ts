/** What runs can be searched by in the Temporal UI. Registered at start-up; a workflow that sets one that is not registered does not get on. */
export const searchAttributes = {
  TableloreRepo: 'Keyword',
  /** ISO date. */
  TableloreAsOf: 'Keyword',
  TableloreTable: 'Keyword',
  TableloreOutcome: 'Keyword',
} as const;
