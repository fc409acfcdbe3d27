import { ServerUnusable } from './server-unusable.ts';

/** A server forbids the call (403): with a wrong key each one, and a gateway also one whose text it does not like. */
export class Forbidden extends ServerUnusable {}
