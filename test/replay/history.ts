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

export const historyFromJson = (text: string): History =>
  History.fromObject(JSON.parse(text) as Record<string, unknown>);
