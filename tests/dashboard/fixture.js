// A scripted bridge and a browser for one file of tests; whatever the page complains about fails the test.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';
import { openTab, startBrowser } from './browser.js';
import { ScriptedBridge } from './scripted_bridge.js';

/** @returns {{bridge: ScriptedBridge, open: (hash?: string, options?: object) => Promise<any>}} filled before each test */
export function withBridge() {
    const world = {};
    let browser;
    before(async () => { browser = await startBrowser(); });
    after(() => browser.close());
    beforeEach(async () => {
        world.bridge = await new ScriptedBridge().listen();
        world.context = browser.context;
        world.open = (hash = '', options = {}) => openTab(browser.context, `${world.bridge.url}/${hash}`, options);
    });
    afterEach(async () => {
        await Promise.all(browser.context.pages().slice(1).map((page) => page.close()));
        await world.bridge.stop();
        // A violation of the policy is an error on the console.
        assert.deepEqual(browser.complaints.splice(0), []);
    });
    return world;
}

export const row = (page, name) => page.locator(`tbody.slot[data-slot="${name}"]`);
export const state = (page, name, word) => row(page, name).locator('.badge .word', { hasText: new RegExp(`^${word}$`) }).waitFor();
export const detailState = (page, word) => page.locator('.detail-head .badge .word', { hasText: new RegExp(`^${word}$`) }).waitFor();

/** Polls what a page cannot push. */
export async function until(condition, what, timeout = 15_000) {
    const deadline = Date.now() + timeout;
    while (!(await condition())) {
        assert.ok(Date.now() < deadline, `not within ${timeout} ms: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
