/** Template errors: always the template author's fault, never worth a retry. */
export class JinjaError extends Error {
  override name = 'JinjaError';
  path: string | undefined;
  line: number | undefined;
  constructor(message: string, path?: string, line?: number) {
    super(message);
    this.path = path;
    this.line = line;
  }
}

/** A bound was reached (steps, output size, depth); the whole render stops. */
export class JinjaLimitError extends JinjaError {
  override name = 'JinjaLimitError';
}
