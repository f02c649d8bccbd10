import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type Browser, chromium, type Page } from 'playwright-core';

const PACKAGES = fileURLToPath(new URL('../../../local/test-packages.sh', import.meta.url));

/** Nothing that reaches for the network by itself; root may not use the sandbox. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium without a window, installed when it is missing. */
export async function startBrowser(): Promise<Browser> {
  const { stdout: executablePath } = await execa(PACKAGES, ['chromium']);
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page of a certain width that notes every console error and every request that is not to a file. */
export async function openPage(
  browser: Browser,
  options: { readonly width: number; readonly dark?: boolean },
): Promise<{ page: Page; trouble: string[] }> {
  const page = await browser.newPage({
    viewport: { width: options.width, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
  });
  const trouble: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text());
  });
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('requestfailed', (request) => trouble.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) trouble.push(`request: ${request.url()}`);
  });
  return { page, trouble };
}
