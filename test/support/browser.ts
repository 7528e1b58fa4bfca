import { chromium, type Browser } from 'playwright-core';

import { ensureInstalled } from './debian-package.js';

/** Path of Chromium; the default is that of Debian. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Time limit of Chromium and its pages, for a busy machine. */
export const browserLimitMs = 60_000;

/** Starts Chromium. */
export function launchBrowser(): Promise<Browser> {
  ensureInstalled('chromium', executablePath);
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  return chromium.launch({ executablePath, args, timeout: browserLimitMs });
}
