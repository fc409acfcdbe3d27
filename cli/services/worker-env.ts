/**
 * The environment that a worker is started with. glibc keeps memory for each of a worker's twenty threads apart, and what one gave back is not used by
 * another: with two such heaps it takes half as much. A value that is set stays.
 */
export const workerEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ MALLOC_ARENA_MAX: '2', ...env });
