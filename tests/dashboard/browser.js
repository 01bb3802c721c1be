// Chromium for the tests: one process, a context of its own for each test, and what the page complains about.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const screenshots = new URL('../../build/screenshots/', import.meta.url).pathname;

// Nothing but the page under test is to be connected to, and the tests may run as root.
const switches = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function startBrowser() {
    await mkdir(screenshots, { recursive: true });
    const profile = await mkdtemp(join(tmpdir(), 'hal0-dashboard-'));
    // A persistent context, because only in one do the tabs of a browser share a worker with a profile on disk of their own.
    const context = await chromium.launchPersistentContext(profile, {
        executablePath: process.env.HAL0_CHROMIUM ?? '/usr/bin/chromium', args: switches, headless: true, viewport: { width: 1440, height: 900 },
        permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(Number(process.env.HAL0_BROWSER_TIMEOUT ?? 15_000));
    const complaints = [];
    context.on('page', (page) => watch(page, complaints));
    return { context, complaints, close: async () => {
        await context.close();
        await rm(profile, { recursive: true, force: true });
    } };
}

function watch(page, complaints) {
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack}`));
    page.on('console', (message) => {
        const refused = /Failed to load resource/.test(message.text()); // answers with an error status are the page's business
        if (message.type() === 'error' && !refused) complaints.push(`console: ${message.text()}`);
    });
}

/** Opens a page in a tab of its own; `await using`-free so that node 20 can run it: close it with page.close(). */
export async function openTab(context, url, { size, theme } = {}) {
    const page = await context.newPage();
    if (size) await page.setViewportSize(size);
    if (theme) await page.emulateMedia({ colorScheme: theme });
    await page.goto(url);
    return page;
}
