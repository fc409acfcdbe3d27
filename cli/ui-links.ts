/** Links into the Temporal UI. */
import { mainQueue } from '../workflows/queues.ts';

/** The UI's start form; its input is that of the newest workflow of this type and id (see start-form.ts). */
export function startFormLink(ui: string, namespace: string, workflow: string, workflowId: string): string {
  const query = new URLSearchParams({ workflowType: workflow, taskQueue: mainQueue, workflowId });
  return `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows/start-workflow?${query.toString()}`;
}

export const workflowLink = (ui: string, namespace: string, workflowId: string): string =>
  `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;

export const scheduleLink = (ui: string, namespace: string, id: string): string =>
  `${ui}/namespaces/${encodeURIComponent(namespace)}/schedules/${encodeURIComponent(id)}`;
