/**
 * Prints the JSON schema of `tablelore.yml`: `node schema/emit-json-schema.ts > schema/tablelore.schema.json`.
 * An editor finds it by the file's first line: `# yaml-language-server: $schema=<path or URL of tablelore.schema.json>`.
 */
import { configJsonSchema } from './contracts/config.ts';

process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
