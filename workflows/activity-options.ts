/** Timeouts, retries and queues of every activity, each with its why. */
import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';
import { embedQueue, mainQueue, modelQueue } from './queues.ts';

/** A cancelled run waits until what it started has really ended: its report then tells what stands, and nobody writes under a lease that was given back. */
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Errors that the same input meets again; see schema/contracts/errors.ts. */
const nonRetryableErrorTypes = ['UserError', 'ModelError'];

/** Questions and bookkeeping: a few statements. Retried for an hour: Postgres may be restarted meanwhile. */
export const bookkeeping: ActivityOptions = {
  taskQueue: mainQueue,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '1 hour',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '30 seconds',
    nonRetryableErrorTypes,
  },
};

/**
 * Stages that go over the whole repository in one activity: clone, link, relate, publish. A heartbeat every few seconds tells a live one from a killed worker; linking a
 * hundred thousand tables computes for a minute without one on a busy machine.
 */
export const wholeStage: ActivityOptions = {
  cancellationType,
  taskQueue: mainQueue,
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '3 minutes',
  scheduleToCloseTimeout: '4 hours',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    nonRetryableErrorTypes,
  },
};

/** One chunk of a frozen work list: some hundred files or tables, seconds of work. */
export const chunk: ActivityOptions = {
  cancellationType,
  taskQueue: mainQueue,
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '60 seconds',
  scheduleToCloseTimeout: '2 hours',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    nonRetryableErrorTypes,
  },
};

/** A chunk that waits for a model server: rate limits are waited out between attempts, so attempts are many. */
export const modelChunk: ActivityOptions = {
  cancellationType,
  taskQueue: modelQueue,
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '2 minutes',
  scheduleToCloseTimeout: '6 hours',
  retry: {
    initialInterval: '2 seconds',
    backoffCoefficient: 2,
    maximumInterval: '2 minutes',
    nonRetryableErrorTypes,
  },
};

/** A chunk of texts to embed: it waits like the model's, on a queue of its own. */
export const embedChunk: ActivityOptions = { ...modelChunk, taskQueue: embedQueue };

/**
 * One message to a webhook. The receiver may be down for a day; each attempt has its own short limit. It runs in a workflow of its own, so that no
 * night waits for it.
 */
export const message: ActivityOptions = {
  taskQueue: mainQueue,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '24 hours',
  retry: {
    initialInterval: '5 seconds',
    backoffCoefficient: 2,
    maximumInterval: '15 minutes',
    nonRetryableErrorTypes,
  },
};
