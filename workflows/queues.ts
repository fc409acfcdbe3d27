/** Workflows and static stages. */
export const mainQueue = 'tablelore';
/** Stages that wait for a model server, so that waiting never takes a slot from static work. */
export const modelQueue = 'tablelore-model';
