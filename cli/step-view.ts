/** Start-up steps on the terminal: one line each, drawn again while it goes on where somebody watches. */
import type { Step } from './services/services.ts';
import { liveArea, type Terminal } from './terminal.ts';

const marks = { start: '…', done: '✓', skip: '–', fail: '✗' } as const;
const colours = { start: 'cyan', done: 'green', skip: 'yellow', fail: 'red' } as const;

/** After `signal` is aborted nothing is drawn: it would cover what is told of the stopping. */
export function stepView(terminal: Terminal, signal?: AbortSignal): (step: Step) => void {
  const area = liveArea(terminal);
  const steps = new Map<string, Step>();
  return (step) => {
    if (signal?.aborted) return;
    const before = steps.get(step.name);
    steps.set(step.name, step);
    const line = (s: Step) => `${terminal.style(colours[s.state], marks[s.state])} ${s.text}`;
    if (terminal.live) area.draw([...steps.values()].flatMap((s) => [line(s), ...detail(s)]));
    else if (before?.text !== step.text || before.state !== step.state)
      for (const text of [line(step), ...detail(step)]) terminal.line(text);
  };
}

const detail = (step: Step): string[] =>
  step.detail === undefined ? [] : step.detail.split('\n').map((text) => `    ${text}`);
