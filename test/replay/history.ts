/** Histories as JSON that people can read. */
import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
type History = proto.temporal.api.history.v1.IHistory;

/** Without what tells the machine that it was recorded on. */
export function historyAsJson(history: History): string {
  const plain = History.toObject(History.fromObject(history), {
    enums: String,
    longs: String,
    bytes: String,
  });
  return `${JSON.stringify(plain, (key, value: unknown) => (key === 'identity' ? 'recorder' : value), 1)}\n`;
}

/** Bundled workflows whose runs continue as new after so many events: what the largest repositories do, in small. */
export function withShortRuns(code: string, events = 40): string {
  const short = code.replace(/eventsPerRun = 4_?000\b/, `eventsPerRun = ${events}`);
  if (short === code) throw new Error('the bundle says elsewhere how long a run goes on');
  return short;
}

export const historyFromJson = (text: string): History =>
  History.fromObject(JSON.parse(text) as Record<string, unknown>);
