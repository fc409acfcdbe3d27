/**
 * `npm test`: every test/**\/*.test.ts, each file in a process of its own, two at a time, those with whole nights first. One line a file; what fails is told
 * in full at the end. `npm test -- --only PATTERN` takes the files whose path holds the text (several times: any of them); `--jobs N`.
 */
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs, styleText } from 'node:util';

interface FileResult {
  readonly file: string;
  readonly seconds: number;
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number };
}

const root = join(import.meta.dirname, '..');
const nameOf = (file: string): string => relative(root, file).split(sep).join('/');
const style = (format: Parameters<typeof styleText>[0], text: string): string =>
  styleText(format, text, { stream: process.stdout });
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

/** Begun last, they would keep one processor waiting in the end. */
const isLong = (file: string): boolean => /^test\/(?:pipeline|ui)\//.test(nameOf(file));

const { values: options } = parseArgs({
  options: { only: { type: 'string', multiple: true }, jobs: { type: 'string', default: '2' } },
});
const files = globSync('test/**/*.test.ts', { cwd: root, exclude: ['test/fixtures/**'] })
  .map((file) => join(root, file))
  .filter((file) => options.only?.some((text) => nameOf(file).includes(text)) ?? true)
  .sort((a, b) => Number(isLong(b)) - Number(isLong(a)) || (a < b ? -1 : 1));
if (files.length === 0) {
  say(`No test file's path holds ${options.only?.join(' or ')}.`);
  process.exit(2);
}

const began = performance.now();
const results: FileResult[] = [];
const output = new Map<string, string>();
const failures: unknown[] = [];
const keepOutput = ({ file, message }: { file?: string; message: string }): void => {
  if (file !== undefined) output.set(file, (output.get(file) ?? '') + message);
};

// Every process of every file loads much the same modules: what one has compiled, the others take.
process.env.NODE_COMPILE_CACHE ??= join(root, '.cache/compiled');
const stream = run({
  files,
  cwd: root,
  concurrency: Number(options.jobs),
  execArgv: ['--disable-warning=ExperimentalWarning'],
  timeout: 600_000,
});
stream.on('test:stdout', keepOutput);
stream.on('test:stderr', keepOutput);
stream.on('test:fail', (data) => failures.push({ type: 'test:fail', data }));
stream.on('test:summary', ({ file, duration_ms: duration, counts }) => {
  if (file === undefined) return;
  const { passed, skipped } = counts;
  const failed = counts.tests - passed - skipped - counts.todo;
  results.push({ file: nameOf(file), seconds: duration / 1000, counts: { passed, failed, skipped } });
  const mark = failed > 0 ? style('red', '✖') : style('green', '✔');
  const notes = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`];
  say(`${mark} ${nameOf(file)} ${style('dim', `${notes.filter(Boolean).join(', ')}, ${seconds(duration)}`)}`);
});
await once(stream.resume(), 'end');

const silent = files.filter((file) => !results.some((result) => result.file === nameOf(file)));
if (failures.length > 0) {
  const told = Readable.from(failures).compose(new spec()) as AsyncIterable<unknown>;
  for await (const text of told) process.stdout.write(String(text));
  const broken = results.filter(({ counts }) => counts.failed > 0).map(({ file }) => file);
  for (const file of [...silent.map(nameOf), ...broken]) {
    const text = output.get(join(root, file))?.trimEnd();
    if (text) say(`\n${style('bold', `what ${file} wrote`)}\n${text}`);
  }
}

const total = (count: keyof FileResult['counts']): number =>
  results.reduce((sum, { counts }) => sum + counts[count], 0);
const slowest = results.toSorted((a, b) => b.seconds - a.seconds).slice(0, 5);
say(`\nslowest: ${slowest.map(({ file, seconds }) => `${file} ${seconds.toFixed(1)} s`).join(', ')}`);
for (const file of silent) say(style('red', `${nameOf(file)} ended without a result`));
const failed = total('failed') > 0 || failures.length > 0 || silent.length > 0;
say(
  style(
    failed ? 'red' : 'green',
    `${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped ` +
      `in ${results.length} of ${files.length} files, ${seconds(performance.now() - began)}`,
  ),
);
process.exitCode = failed ? 1 : 0;

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
