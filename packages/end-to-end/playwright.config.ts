import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests',
  globalSetup: './src/startPortal.ts',
  // One portal and one cluster, so one test after the other; a test that passes only when repeated is a bug to find.
  workers: 1,
  retries: 0,
  timeout: 5 * 60_000,
  expect: { timeout: 30_000 },
  projects: [
    { name: 'portal', testIgnore: 'uninstall.spec.ts' },
    // Takes the platform away that the others stand on.
    {
      name: 'uninstall',
      testMatch: 'uninstall.spec.ts',
      dependencies: ['portal'],
    },
  ],
  use: {
    viewport: { width: 1280, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
});
