/** When a call of the model was made last: its row may be older, begun by a run that did not come to it. */
export const modelAskedAt = {
  name: '0018-model-asked-at',
  sql: `
alter table tablelore.model_call add column asked_at timestamptz;
`,
};
