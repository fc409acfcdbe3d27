/** Runs the tools that the model calls. They read the commit and the ledger, and can do nothing else. */
import { readToolCall, type ToolCall } from '../../../inference/model/tools.ts';
import { refused, type ToolOutput } from '../../../inference/model/tool-output.ts';
import type { ActivityDeps } from '../../deps.ts';
import type { CitedCode } from '../cited-code.ts';
import type { Ledger } from '../ledger.ts';
import type { ModelInputItem } from '../model-client.ts';
import type { ModelCall } from '../model-outcome.ts';
import { joinOpened, nothingOpened, type Opened } from '../opened.ts';
import type { Span } from '../../../inference/model/shown.ts';
import { fileHistoryOf } from './file-history.ts';
import { listFolder } from './list-folder.ts';
import { lookUpTable } from './look-up-table.ts';
import { readFile } from './read-file.ts';
import { search } from './search.ts';

/** More calls in one turn would show more than anybody can read. */
const mostCalls = 10;

export interface Toolbox {
  readonly code: CitedCode;
  readonly ledger: Ledger;
  readonly personSalt: string;
  readonly signal: AbortSignal;
  readonly around?: NonNullable<ActivityDeps['aroundTool']>;
}

export interface CallsAnswered {
  /** One `function_call_output` a call, in their order. */
  readonly input: readonly ModelInputItem[];
  readonly shown: readonly Span[];
  readonly opened: Opened;
}

type Answered = ToolOutput & { readonly opened?: Opened };

export async function answerCalls(box: Toolbox, calls: readonly ModelCall[]): Promise<CallsAnswered> {
  const around = box.around ?? ((_, work) => work());
  const answers: Answered[] = [];
  for (const [index, call] of calls.entries()) {
    const read = readToolCall(call.name, call.arguments);
    if (index >= mostCalls) answers.push(refused('Too many calls in one turn: call again in the next.'));
    else if ('problem' in read) answers.push(refused(read.problem));
    else answers.push(await around({ name: read.tool, callId: call.callId }, () => run(box, read)));
  }
  return {
    input: answers.map(({ text }, index) => ({
      call_id: calls[index]?.callId ?? '',
      output: text,
      type: 'function_call_output',
    })),
    shown: answers.flatMap(({ shown }) => shown),
    opened: joinOpened(answers.map((answer) => answer.opened ?? filesOf(box.code, answer.shown))),
  };
}

async function run({ code, ledger, personSalt, signal }: Toolbox, call: ToolCall): Promise<Answered> {
  switch (call.tool) {
    case 'read_file':
      return readFile(code, call.input);
    case 'search':
      return search(code, call.input, signal);
    case 'list_folder':
      return listFolder(code, call.input);
    case 'file_history':
      return {
        ...(await fileHistoryOf(code, call.input, personSalt, signal)),
        opened: filesAt(code, [call.input.path]),
      };
    case 'look_up_table': {
      const { table, hash, ...output } = await lookUpTable(ledger, call.input);
      return table === null ? output : { ...output, opened: { files: [], tables: [{ table, hash }] } };
    }
  }
}

const filesOf = (code: CitedCode, shown: readonly Span[]): Opened =>
  filesAt(code, [...new Set(shown.map(({ path }) => path))]);

function filesAt(code: CitedCode, paths: readonly string[]): Opened {
  const found = paths.flatMap((path) => {
    const blob = code.blobOf(path);
    return blob === null ? [] : [{ path, blob }];
  });
  return { ...nothingOpened, files: found };
}
