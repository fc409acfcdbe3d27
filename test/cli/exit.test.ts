import assert from 'node:assert/strict';
import test from 'node:test';
import { exitCodeOf, NothingFound } from '../../cli/exit.ts';
import { buildProgram } from '../../cli/main.ts';
import { Overdue } from '../../cli/overdue.ts';
import { RunFailed } from '../../cli/run-watch.ts';
import { ModelError, SystemError, UserError } from '../../schema/contracts/errors.ts';

test('exit codes say whose fault it is', () => {
  assert.equal(exitCodeOf(new UserError('wrong')), 2);
  assert.equal(exitCodeOf(new RunFailed('failed')), 1);
  assert.equal(exitCodeOf(new SystemError('down')), 3);
  assert.equal(exitCodeOf(new ModelError('odd')), 3);
  assert.equal(exitCodeOf(new Error('a bug')), 3);
  assert.equal(exitCodeOf(new NothingFound('none')), 4);
  assert.equal(exitCodeOf(new Overdue('late')), 5);
  assert.equal(exitCodeOf(new DOMException('stopped', 'AbortError')), 130);
});

test('a wrong command line is the user’s fault, asking for help is none', async () => {
  const codeOf = async (...words: string[]): Promise<number> => {
    const program = buildProgram().configureOutput({ writeOut: () => {}, writeErr: () => {} });
    return program.parseAsync(words, { from: 'user' }).then(() => 0, exitCodeOf);
  };
  assert.equal(await codeOf('nonsense'), 2);
  assert.equal(await codeOf('--help'), 0);
  assert.equal(await codeOf('--version'), 0);
});

test('every command has help with an example, --json and --data-dir where it works on one', () => {
  const { commands } = buildProgram();
  assert.ok(commands.length >= 15);
  for (const command of commands) {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    const common = command.name() === 'model-bridge' ? [] : [/--json/, /--data-dir <dir>/];
    for (const part of [/Examples?:\n {2}\$/, ...common]) assert.match(help, part, command.name());
  }
});

test('a reader that closes the pipe is no failure', () => {
  assert.equal(exitCodeOf(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })), 0);
});
