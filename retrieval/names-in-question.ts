/**
 * What in a question may be a table's name: texts in backticks or quotes, words with dots or underscores, and the question itself
 * when it is a single word. Without quotes around them, in the order of the question, each once.
 */
export function namesInQuestion(question: string): string[] {
  const names = new Set<string>();
  const quoted = /`([^`]+)`|"([^"\s]+)"|'([^'\s]+)'/g;
  for (const match of question.matchAll(quoted))
    names.add((match[1] ?? match[2] ?? match[3] ?? '').replaceAll('`', ''));
  for (const match of question
    .replace(quoted, ' ')
    .matchAll(/[\p{L}\p{N}_$-]+(?:\.[\p{L}\p{N}_$*-]+)+|[\p{L}\p{N}]*_[\p{L}\p{N}_$]*/gu)) {
    names.add(match[0]);
  }
  const only = question.trim().replace(/[?!.]+$/, '');
  if (/^[\p{L}\p{N}_$.-]+$/u.test(only)) names.add(only);
  return [...names].filter((name) => name.length > 1 && name.length <= 300);
}
