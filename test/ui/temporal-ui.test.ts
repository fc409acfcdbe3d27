/** What a person does in the Temporal UI, done by a real browser on the real server. Skipped where there is no Chromium. */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import type { RunSummary } from '../../activities/contract.ts';
import { applySchedule, scheduleId } from '../../cli/schedule.ts';
import { fillStartForm } from '../../cli/start-form.ts';
import { scheduleLink, startFormLink, workflowLink } from '../../cli/ui-links.ts';
import type { RepoConfig } from '../../schema/contracts/config.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { listRuns } from '../../store/runs.ts';
import { currentSnapshot } from '../../store/snapshots.ts';
import { findChromium, openBrowser } from '../support/browser.ts';
import { createWorld, repo, type World } from '../support/pipeline.ts';

const chromium = findChromium();
const skip = chromium === null ? 'no Chromium here; CHROMIUM_BIN names one' : false;
const namespace = 'default';
let world: World;
let browser: Browser;
let page: Page;
let ui: string;

before(async () => {
  if (chromium === null) return;
  world = await createWorld();
  ui = world.temporalUiUrl;
  browser = await openBrowser(chromium);
  page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, timezoneId: 'UTC' });
  page.setDefaultTimeout(30_000);
});
after(() => browser?.close());

/** Picks a day of 2026 in an open calendar, which begins at this month. */
async function pickDay(calendar: Locator, month: string, day: number): Promise<void> {
  const wanted = calendar.getByText(new RegExp(`^\\s*${month}\\s+2026\\s*$`));
  const months = Math.abs(new Date().getFullYear() - 2026) * 12 + 12;
  const now = new Date();
  const ahead = new Date(`1 ${month} 2026`) > now;
  for (let turns = 0; turns < months && !(await wanted.isVisible()); turns++)
    await calendar.getByTitle(ahead ? 'Next Month' : 'Previous Month').click();
  await calendar.getByRole('button', { name: String(day), exact: true }).click();
}

async function setTime(dialog: Locator, which: number, hour: number): Promise<void> {
  for (const [id, value] of Object.entries({ hour, minute: 0, second: 0 }))
    await dialog.getByTestId(id).nth(which).fill(String(value));
}

async function untilRuns(asOfs: readonly string[]): Promise<void> {
  for (let waited = 0; waited < 150_000; waited += 250) {
    const done = (await listRuns(world.db, repo, 50)).filter((run) => run.report !== null);
    if (asOfs.every((asOf) => done.some((run) => run.asOf === asOf))) return;
    await sleep(250);
  }
  assert.fail(`no runs of ${asOfs.join(', ')} after 150 s`);
}

test(
  "the schedule's Backfill button, with its defaults, gives five past nights in order",
  { skip },
  async () => {
    await applySchedule(world.client, world.config, world.config.repos[0] as RepoConfig);
    await page.goto(scheduleLink(ui, namespace, scheduleId(repo)));
    await page.locator('#schedule-actions-menu-button').click();
    await page.getByRole('menuitem', { name: 'Backfill' }).click();
    const dialog = page.getByRole('dialog').filter({ hasText: /Schedule\s+Backfill/ });
    await dialog.getByTestId('datepicker').nth(0).click();
    await pickDay(dialog, 'October', 15);
    await setTime(dialog, 0, 0);
    await dialog.getByTestId('datepicker').nth(1).click();
    await pickDay(dialog, 'October', 19);
    await setTime(dialog, 1, 23);
    await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();

    const nights = ['2026-10-15', '2026-10-16', '2026-10-17', '2026-10-18', '2026-10-19'];
    await untilRuns(nights);
    const runs = (await listRuns(world.db, repo, 50)).toReversed();
    assert.deepEqual(
      runs.map(({ asOf }) => asOf),
      nights,
    );
    assert.ok(runs.every(({ report }) => report?.outcome === 'published' || report?.outcome === 'unchanged'));
    for (const asOf of nights)
      assert.ok((await pointedSets(world.db, repo, asOf, 'card')).size > 0, `cards of ${asOf}`);
  },
);

test(
  'the start form, filled in, starts a backfill; nights older than the published one become history',
  { skip },
  async () => {
    const published = await currentSnapshot(world.db, repo);
    const input = { repo, from: '2026-10-12', to: '2026-10-13' };
    await fillStartForm(world.client, { workflow: 'backfill', workflowId: 'backfill-ui', input });
    await page.goto(startFormLink(ui, namespace, 'backfill', 'backfill-ui'));
    await page.getByText('"2026-10-12"').waitFor();
    await page.getByRole('button', { name: 'Start Workflow' }).click();
    await untilRuns(['2026-10-12', '2026-10-13']);
    const summaries = (await world.client.workflow.getHandle('backfill-ui').result()) as RunSummary[];
    assert.deepEqual(
      summaries.map(({ asOf, outcome }) => [asOf, outcome]),
      [
        ['2026-10-12', 'history'],
        ['2026-10-13', 'history'],
      ],
    );
    assert.equal((await currentSnapshot(world.db, repo))?.id, published?.id);

    await page.goto(workflowLink(ui, namespace, 'backfill-ui'));
    await page.getByText('Completed').first().waitFor();
  },
);
