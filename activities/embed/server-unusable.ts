import { UserError } from '../../schema/contracts/errors.ts';

/** A server takes none of our calls: a wrong key or address, no credit, a model or setting that it does not know. Whatever is asked next fails alike. */
export class ServerUnusable extends UserError {}
