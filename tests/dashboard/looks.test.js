// In both themes and at all widths: accessible, nothing cut off. It leaves the screenshots of the README.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { screenshots } from './browser.js';
import { until, withBridge } from './fixture.js';
import { fillHouse } from './house.js';

const world = withBridge();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const sizes = { wide: { width: 2560, height: 1300 }, desktop: { width: 1440, height: 900 }, phone: { width: 360, height: 740 } };

async function noViolations(page, what) {
    await page.evaluate(axe); // by the debugger, so the page's policy stays as it is
    const { violations } = await page.evaluate(() => window.axe.run(document.querySelector('dialog') ?? document)); // behind a dialog all is inert
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`), [], what);
}

async function noSidewaysScroll(page, what) {
    const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(content <= view, `${what}: the page is ${content} px wide in ${view}`);
}

const dialogs = { 'New slot': 'create', 'Models': 'models', 'Edit…': 'edit', 'Delete…': 'delete', 'Swap model…': 'swap' };

async function look(theme, width) {
    const { bridge, open } = world;
    fillHouse(bridge);
    const page = await open('', { size: sizes[width], theme });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const seen = async (what) => {
        await page.screenshot({ path: `${screenshots}${what}-${width}-${theme}.png` });
        await noSidewaysScroll(page, what);
        if (width !== 'wide') await noViolations(page, `${what}, ${width}, ${theme}`); // there it is the desktop's page
    };
    await page.locator('tbody.slot').nth(6).waitFor();
    await seen('list');
    await page.goto(`${bridge.url}/#/slot/chat`);
    await page.locator('.toml .key').first().waitFor();
    await page.locator('.timeline li').nth(2).waitFor();
    await until(() => bridge.open('/api/slots/chat/logs/stream') === 1, 'the log is followed');
    bridge.log('chat', ...Array.from({ length: 24 }, (_, i) => `2026-01-02T03:04:${10 + i}+0000 host hal0-slot-chat[12]: slot update_slots: id 0 | task ${i * 37} | n_past = ${i * 181}`));
    await page.locator('.log .line').nth(23).waitFor();
    await seen('detail');
    for (const [button, name] of Object.entries(width === 'desktop' ? dialogs : {})) {
        const opener = page.getByRole('button', { name: button });
        if (!(await opener.isVisible())) continue;
        await opener.click();
        await page.locator('dialog').waitFor();
        await seen(name);
        await page.keyboard.press('Escape');
        await page.locator('dialog').waitFor({ state: 'detached' });
    }
}

for (const theme of ['light', 'dark']) {
    for (const width of Object.keys(sizes)) test(`${theme}, ${width}: no violation, no sideways scrolling`, () => look(theme, width));
}

test('create, on a phone', async () => {
    const page = await world.open('', { size: sizes.phone });
    await page.getByRole('button', { name: 'New slot' }).click();
    await page.locator('dialog').waitFor();
    await noSidewaysScroll(page, 'create');
    await noViolations(page, 'create');
});

test('the theme can be chosen, and stays', async () => {
    const page = await world.open();
    const theme = () => page.evaluate(() => [document.documentElement.dataset.theme, getComputedStyle(document.body).colorScheme]);
    await page.getByRole('button', { name: 'Theme: system' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).click();
    assert.deepEqual(await theme(), ['dark', 'dark']);
    await page.reload();
    assert.deepEqual(await theme(), ['dark', 'dark']);
    await page.getByRole('button', { name: 'Theme: dark' }).click();
});
