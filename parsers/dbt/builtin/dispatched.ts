/**
 * A macro with one version for each adapter, in the form that projects may override.
 * @param params as in the macro's head, with defaults
 * @param versions adapter (or `default`) → body
 */
export function dispatched(
  packageName: string,
  name: string,
  params: string,
  versions: Readonly<Record<string, string>>,
): string {
  // Defaults are cut off before the split: a string or list may hold commas.
  const passed = params
    .replace(/"[^"]*"|'[^']*'|\[[^\]]*\]/g, '')
    .split(',')
    .map((param) => param.split('=')[0]?.trim() ?? '')
    .filter((param) => param !== '')
    .join(', ');
  const head = `{% macro ${name}(${params}) %}{{ return(adapter.dispatch('${name}', '${packageName}')(${passed})) }}{% endmacro %}`;
  const bodies = Object.entries(versions).map(
    ([adapter, body]) => `{% macro ${adapter}__${name}(${params}) %}${body}{% endmacro %}`,
  );
  return [head, ...bodies].join('\n');
}
