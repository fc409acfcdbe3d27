/** How many chunks run side by side, and how many events one run's history may have. */

/** Chunks in flight at once in one run, until a signal sets another speed; the worker's own slots bound what runs. */
export const chunksInFlight = 4;
export const mostChunksInFlight = 64;

/**
 * From so many events on a run starts no more chunks, and continues as new when those under way have ended. A chunk costs at most six events (scheduled, started, completed,
 * and the same of the workflow task that it wakes), and what is not a chunk less than 200 a night: so a history stays under 4,000 + 200 + 6 × 64 events, far
 * below 10,000, however many tables there are.
 */
export const eventsPerRun = 4_000;
