// The list: what it shows, how fast, what it does when the connection breaks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { row, state, until, withBridge } from './fixture.js';
import { Refusal } from './scripted_bridge.js';

const world = withBridge();

test('a slot is shown with its facts, and a failed one with its reason', async () => {
    const { bridge, open } = world;
    bridge.put('chat', { state: 'ready', port: 8085, mem_mb: 2048 });
    bridge.put('speech', { state: 'error', message: 'the model file is missing' });
    bridge.put('gone-slow', { state: 'pulling', message: 'pulling IMAGE: layer 3 of 7' });
    const page = await open();
    await state(page, 'chat', 'ready');
    assert.match(await row(page, 'chat').innerText(), /chat\s+qwen3-8b\s+gpu-vulkan\s+8085\s+llm\s+2\.0 GiB/);
    assert.equal(await row(page, 'speech').locator('.reason').innerText(), 'the model file is missing');
    assert.equal(await row(page, 'gone-slow').locator('progress').getAttribute('value'), '3');
    assert.equal(await page.locator('.summary').innerText().then((text) => text.replace(/\s+/g, ' ')), '1 ready 1 loading 1 failed 0 offline');
    assert.equal(await page.title(), '(1 failed) hal0');
});

test('changes are pushed: state, figures, a new slot, a removed one', async () => {
    const { bridge, open } = world;
    bridge.put('chat');
    const page = await open();
    await state(page, 'chat', 'offline');
    bridge.put('chat', { state: 'warming' });
    await state(page, 'chat', 'warming');
    bridge.measure({ chat: { tokens_per_sec: 47.25, requests_processing: 2 } });
    await row(page, 'chat').locator('td.toks', { hasText: '47.3' }).waitFor();
    bridge.put('next');
    await state(page, 'next', 'offline');
    bridge.remove('chat');
    await row(page, 'chat').waitFor({ state: 'detached' });
    assert.ok(!bridge.requests.includes('GET /api/slots'), 'nothing is polled');
});

test('a lost connection shows, reconnects and catches up', async () => {
    const { bridge, open } = world;
    bridge.put('chat', { state: 'ready' });
    bridge.put('old');
    const page = await open();
    await state(page, 'chat', 'ready');
    await bridge.stop();
    await page.locator('#lost').waitFor();
    assert.equal(await page.locator('#connection').innerText(), 'Connection lost');
    bridge.put('chat', { state: 'error', message: 'died meanwhile' });
    bridge.remove('old');
    bridge.put('new');
    await bridge.listen();
    await state(page, 'chat', 'error');
    await state(page, 'new', 'offline');
    await row(page, 'old').waitFor({ state: 'detached' });
    await page.locator('#lost').waitFor({ state: 'hidden' });
});

test('100 slots: an update touches its row alone and a storm does not stutter', async (t) => {
    const { bridge, open } = world;
    const names = Array.from({ length: 100 }, (_, i) => `slot-${String(i).padStart(3, '0')}`);
    names.forEach((name, i) => bridge.put(name, { state: 'ready', port: 9000 + i }));
    const page = await open();
    await state(page, 'slot-099', 'ready');
    await page.evaluate(() => {
        window.touched = new Set();
        const name = (node) => node.closest?.('tbody')?.dataset.slot ?? node.parentElement?.closest('tbody')?.dataset.slot;
        new MutationObserver((records) => records.forEach(({ target }) => window.touched.add(name(target))))
            .observe(document.querySelector('.list table'), { subtree: true, childList: true, characterData: true, attributes: true });
    });
    const sent = performance.now();
    bridge.put('slot-050', { state: 'serving' });
    await state(page, 'slot-050', 'serving');
    t.diagnostic(`one change of 100 slots is shown after ${(performance.now() - sent).toFixed(0)} ms, as the test sees it`);
    assert.deepEqual(await page.evaluate(() => [...window.touched]), ['slot-050']);
    const processor = await processorTime(page);
    const before = await processor();
    for (let round = 0; round < 20; round++) {
        names.forEach((name) => bridge.put(name, { state: round % 2 ? 'ready' : 'serving' }));
        bridge.measure(Object.fromEntries(names.map((name) => [name, { tokens_per_sec: round + 1 }])));
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await row(page, 'slot-099').locator('td.toks', { hasText: /^20\.0$/ }).waitFor();
    await state(page, 'slot-099', 'ready');
    const perRound = (await processor() - before) / 20;
    t.diagnostic(`100 slots that all change at once cost the page ${perRound.toFixed(1)} ms of processor time`);
    assert.ok(perRound < 50, `a round of changes costs ${perRound} ms, more than a long task`);
});

test('two tabs are in step and ten share one stream', async () => {
    const { bridge, open } = world;
    bridge.put('chat');
    const pages = [];
    for (let i = 0; i < 10; i++) pages.push(await open('#/slot/chat'));
    await Promise.all(pages.map((page) => state(page, 'chat', 'offline')));
    assert.equal(bridge.open('/api/stream/slots'), 1);
    await pages[0].bringToFront();
    await pages[0].locator('.actions button', { hasText: /^Load$/ }).click();
    await pages[0].locator('.detail-head .word', { hasText: 'ready' }).waitFor();
    await pages[9].bringToFront();
    await state(pages[9], 'chat', 'ready');
    assert.ok(bridge.open('/api/slots/chat/logs/stream') + bridge.open('/api/events/stream') <= 4, 'connections are left for requests');
});

test('text of a slot is text, never markup', async () => {
    const { bridge, open } = world;
    const evil = '<script>window.owned=1</script><img src=x onerror="window.owned=1">';
    bridge.put('chat', { state: 'error', model_id: evil, device: evil, message: `\x1b[31m${evil}\x1b[0m` });
    bridge.put('"><b>x', { model_id: 'x' });
    const page = await open();
    await state(page, 'chat', 'error');
    assert.equal(await row(page, 'chat').locator('.reason').innerText(), evil);
    assert.equal(await page.locator('th.name a', { hasText: '"><b>x' }).count(), 1);
    assert.equal(await page.locator('main script, main img, main b:not(.chip b)').count(), 0);
    assert.equal(await page.evaluate(() => window.owned), undefined);
});

test('the list can be filtered by text and by state', async () => {
    const { bridge, open } = world;
    bridge.put('chat', { state: 'ready' });
    bridge.put('embed', { state: 'error', message: 'x', model_id: 'bge-m3' });
    const page = await open();
    await state(page, 'chat', 'ready');
    await page.getByRole('searchbox').fill('BGE');
    await until(async () => (await page.locator('tbody.slot').count()) === 1, 'one slot is left');
    await page.getByRole('searchbox').fill('');
    await page.locator('.chip[data-group="ready"]').click();
    await row(page, 'embed').waitFor({ state: 'detached' });
    bridge.put('embed', { state: 'ready' });
    await state(page, 'embed', 'ready');
});

/** In a page: what another tab says that was given a token, until the worker has been refused with it. */
function offerFromAnotherTab(token) {
    const { port } = new SharedWorker('/dashboard/slots_worker.js', { type: 'module', name: 'hal0-slots' });
    return new Promise((resolve) => {
        let refusals = 0; // the first is a new tab's welcome
        port.onmessage = ({ data }) => { if (data.kind === 'token-wanted' && ++refusals === 2) resolve(); };
        port.postMessage({ kind: 'token', token });
    });
}

test('a token is asked for once, and all tabs have it', async () => {
    const { bridge, open } = world;
    bridge.put('chat', { state: 'ready' });
    bridge.token = 'secret';
    const waiting = await open();
    const page = await open();
    const field = page.getByLabel('Token', { exact: true });
    await field.fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The bridge does not accept this token.').waitFor();
    await field.fill('secret');
    await page.evaluate(offerFromAnotherTab, 'wrong'); // late: it takes nothing out of the user's hands
    await page.keyboard.press('Enter');
    await state(page, 'chat', 'ready');
    await waiting.bringToFront();
    await state(waiting, 'chat', 'ready');
    await waiting.locator('dialog').waitFor({ state: 'detached' });
    await page.bringToFront();
    await row(page, 'chat').locator('a').click();
    await page.locator('.toml li').first().waitFor();
    const other = await open('#/slot/chat');
    await other.locator('.toml .key').first().waitFor();
    assert.equal(await other.locator('dialog').count(), 0);
});

/** The processor time of the page's main thread, in ms: unlike a clock, it does not count what else the machine does. */
async function processorTime(page) {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return async () => {
        const { metrics } = await session.send('Performance.getMetrics');
        return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
    };
}

test('models are added to the registry and removed from it', async () => {
    const { bridge, open } = world;
    const page = await open();
    await page.getByRole('button', { name: 'Models' }).click();
    await page.getByText('qwen3-8b', { exact: true }).waitFor();
    await page.getByLabel('Id', { exact: true }).fill('new-model');
    await page.getByLabel('File', { exact: true }).fill('new.gguf');
    await page.getByRole('button', { name: 'Add model' }).click();
    await page.getByText('new-model', { exact: true }).waitFor();
    bridge.refuse = (method) => method === 'DELETE' && new Refusal(409, 'model.in_use', "Model 'qwen3-8b' is in use by slot 'chat'.", { slots: ['chat'] });
    await page.getByRole('button', { name: 'Remove qwen3-8b' }).click();
    await page.locator('dialog').getByText("is in use by slot 'chat'").waitFor();
    bridge.refuse = null;
    await page.getByRole('button', { name: 'Remove new-model' }).click();
    await page.getByText('new-model', { exact: true }).waitFor({ state: 'detached' });
});
