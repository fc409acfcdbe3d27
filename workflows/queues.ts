/** Task queues by kind of work: a worker takes all of them or some. */
export const queues = {
  /** Workflows, and stages that compute: crawl, parse, link, derive, render, publish. */
  static: 'tablelore',
  /** Stages that wait for a model server, so that waiting never takes a slot from static work. */
  model: 'tablelore-model',
  /** Stages that wait for an embeddings server, or embed on the worker's own processors. */
  embed: 'tablelore-embed',
} as const;
export type QueueKind = keyof typeof queues;

export const mainQueue = queues.static;
export const modelQueue = queues.model;
export const embedQueue = queues.embed;
