/**
 * Takes pictures of the development page in all of its states, light and dark, to look at after a change:
 * `npm start` in this folder, then `node dev/screenshots.ts http://localhost:3000 <folder> [name]`.
 * CHROMIUM is the path of a browser; default: Debian's.
 */
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

interface Shot {
  name: string;
  path: string;
  width?: number;
  prepare?: (page: Page) => Promise<void>;
}

const entity = (name: string) => `/catalog/default/component/${name}/network`;

const SHOTS: Shot[] = [
  { name: 'tab-ready', path: entity('shop') },
  { name: 'tab-ready-1024', path: entity('shop'), width: 1024 },
  { name: 'tab-starting', path: entity('starting') },
  { name: 'tab-degraded', path: entity('degraded') },
  { name: 'tab-deleting', path: entity('deleting') },
  { name: 'tab-partial', path: entity('partial') },
  { name: 'tab-two-clusters', path: entity('two-clusters') },
  { name: 'tab-empty', path: entity('empty') },
  { name: 'tab-unannotated', path: entity('unannotated') },
  { name: 'tab-forbidden', path: entity('forbidden') },
  { name: 'tab-unreachable', path: entity('unreachable') },
  { name: 'tab-loading', path: entity('loading') },
  {
    name: 'tab-yaml',
    path: entity('shop'),
    prepare: page =>
      page.getByRole('button', { name: /YAML of Gateway/ }).click(),
  },
  {
    name: 'tab-delete',
    path: entity('shop'),
    prepare: page => page.getByRole('button', { name: /^Delete shop/ }).click(),
  },
  {
    name: 'tab-deleted',
    path: entity('shop'),
    prepare: async page => {
      await page.getByRole('button', { name: /^Delete shop/ }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByText(/is deleted, with everything/).waitFor();
    },
  },
  { name: 'page', path: '/app-network' },
  { name: 'page-1024', path: '/app-network', width: 1024 },
  {
    name: 'page-values',
    path: '/app-network',
    prepare: page =>
      page.getByRole('button', { name: 'Values of istiod' }).first().click(),
  },
  { name: 'change', path: '/app-network/local/change' },
  {
    name: 'change-plan',
    path: '/app-network/local/change',
    prepare: plan,
  },
  {
    name: 'change-plan-1024',
    path: '/app-network/local/change',
    width: 1024,
    prepare: plan,
  },
  {
    name: 'change-problems',
    path: '/app-network/local/change',
    prepare: page => planFor(page, 'problems'),
  },
  {
    name: 'change-wrong',
    path: '/app-network/local/change',
    prepare: async page => {
      await writeEnvironment(page, 'wrong');
      await page.getByRole('button', { name: 'Plan' }).click();
      await page.getByRole('alert').first().waitFor();
    },
  },
  {
    name: 'change-stale',
    path: '/app-network/local/change',
    prepare: async page => {
      await planFor(page, 'stale');
      await page.getByRole('button', { name: 'Apply this plan' }).click();
      await page.getByText('The plan is out of date').waitFor();
    },
  },
  {
    name: 'change-applied',
    path: '/app-network/staging/change',
    prepare: async page => {
      await plan(page);
      await page.getByRole('button', { name: 'Apply this plan' }).click();
      await page.getByText('The plan is applied').waitFor();
    },
  },
  { name: 'install', path: '/app-network/sandbox/change' },
  {
    name: 'remove',
    path: '/app-network/local/remove',
    prepare: page =>
      page.getByRole('button', { name: 'Remove platform' }).waitFor(),
  },
  {
    name: 'remove-confirm',
    path: '/app-network/local/remove',
    prepare: page =>
      page.getByRole('button', { name: 'Remove platform' }).click(),
  },
  { name: 'page-none', path: '/app-network?clusters=none' },
  { name: 'page-forbidden', path: '/app-network?clusters=forbidden' },
];

async function plan(page: Page) {
  await page.getByRole('textbox', { name: 'Specification' }).waitFor();
  await page.getByRole('button', { name: 'Plan' }).click();
  await page.getByRole('button', { name: 'Apply this plan' }).waitFor();
}

/** The fixtures play what the environment's name says. */
async function writeEnvironment(page: Page, name: string) {
  const editor = page.getByRole('textbox', { name: 'Specification' });
  await editor.fill(`profile: production\nenvironmentName: ${name}\n`);
}

async function planFor(page: Page, name: string) {
  await writeEnvironment(page, name);
  await plan(page);
}

async function main([baseUrl, folder, only]: string[]) {
  const profile = await mkdtemp(join(tmpdir(), 'app-network-screenshots-'));
  await mkdir(folder, { recursive: true });
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    for (const theme of ['light', 'dark']) {
      for (const shot of SHOTS.filter(({ name }) => !only || name === only)) {
        const page = await browser.newPage();
        await take(page, shot, { baseUrl, folder, theme });
        await page.close();
      }
    }
  } finally {
    await browser.close();
    await rm(profile, { recursive: true });
  }
}

async function take(
  page: Page,
  shot: Shot,
  options: { baseUrl: string; folder: string; theme: string },
) {
  const { baseUrl, folder, theme } = options;
  page.on('console', message => {
    if (message.type() === 'error') {
      process.stderr.write(`${shot.name}: ${message.text()}\n`);
    }
  });
  await page.addInitScript(id => localStorage.setItem('theme', id), theme);
  await page.setViewportSize({ width: shot.width ?? 1440, height: 1100 });
  await page.goto(new URL(shot.path, baseUrl).href);
  await page.locator('h2, [role=alert], [role=status]').first().waitFor();
  await shot.prepare?.(page);
  // Fonts, the highlighter's chunk and the dialogs' entrance.
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(500);
  await page.screenshot({
    path: join(folder, `${shot.name}-${theme}.png`),
    fullPage: true,
  });
}

void main(process.argv.slice(2));
