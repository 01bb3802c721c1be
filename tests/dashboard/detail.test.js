// The detail of a slot, and the dialogs that change it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detailState, row, state, until, withBridge } from './fixture.js';
import { Refusal } from './scripted_bridge.js';

const world = withBridge();
const logLine = (text) => `2026-01-02T03:04:05+0000 host hal0-slot-chat[12]: ${text}`;
const logStream = '/api/slots/chat/logs/stream';

async function openChat(changes = { state: 'ready' }) {
    world.bridge.put('chat', changes);
    const page = await world.open('#/slot/chat');
    await page.locator('.toml .key').first().waitFor();
    return page;
}

test('live status stands beside the file, and drift is marked value by value', async () => {
    const page = await openChat({ state: 'ready', config_drift: { drifted: true, diffs: [{ key: '--ctx-size', running: '8192', rendered: '4096' }] } });
    assert.match(await page.locator('.toml').innerText(), /# The slot chat/);
    assert.equal(await page.locator('.toml .drifted').innerText().then((text) => text.replace(/\s+/g, ' ')), 'context_size = 4096 # tokens running: 8192');
    assert.deepEqual(await page.locator('.drift tbody tr').allInnerTexts(), ['--ctx-size\t8192\t4096']);
    assert.match(await page.locator('.command .drifted').innerText(), /--ctx-size[\s\S]*4096[\s\S]*hal0/);
    assert.match(await page.locator('.command').innerText(), /--cache-type-k[\s\S]*extra_args/);
    assert.match(await page.locator('.command .overridden').innerText(), /--flash-attn[\s\S]*off[\s\S]*extra_args/);
});

test('an edit by somebody else shows without a reload', async () => {
    const page = await openChat();
    world.bridge.toml.set('chat', 'port = 8090 # moved\n');
    world.bridge.put('chat', { port: 8090 });
    await page.locator('.toml .comment', { hasText: '# moved' }).waitFor();
});

test('a file that is wrong is marked at its line', async () => {
    const page = await openChat({ state: 'error', message: '/etc/hal0/slots/chat.toml:2:8: port: 80 is not allowed' });
    assert.match(await page.locator('.toml .wrong').innerText(), /port/);
});

test('transitions come newest first', async () => {
    const page = await openChat({ state: 'ready' });
    await until(() => world.bridge.open('/api/events/stream') === 1, 'events are followed');
    world.bridge.put('chat', { state: 'error', message: 'killed' });
    await page.locator('.timeline li', { hasText: 'killed' }).waitFor();
    world.bridge.put('chat', { state: 'starting', message: 'again' });
    await page.locator('.timeline li', { hasText: 'again' }).waitFor();
    assert.match(await page.locator('.timeline li').first().innerText(), /starting/);
});

test('the log follows, pauses, searches, copies, and its text is text', async () => {
    const page = await openChat();
    await until(() => world.bridge.open(logStream) === 1, 'the log is followed');
    world.bridge.log('chat', logLine('\x1b[32mmodel loaded\x1b[0m'), logLine('<script>window.owned=1</script>'), 'odd \x07 line');
    await page.locator('.log .line', { hasText: '03:04:05 model loaded' }).waitFor();
    assert.equal(await page.locator('.log script').count(), 0);
    assert.equal(await page.locator('.log .line').last().textContent(), 'odd ␇ line');
    await page.getByRole('button', { name: 'Pause' }).click();
    world.bridge.log('chat', logLine('while paused'));
    await page.getByRole('button', { name: 'Resume (1 new)' }).click();
    await page.locator('.log .line', { hasText: 'while paused' }).waitFor();
    await page.getByLabel('Search the log').fill('LOADED');
    assert.deepEqual(await page.locator('.log .line:visible').allInnerTexts(), ['03:04:05 model loaded']);
    assert.equal(await page.locator('.log mark').innerText(), 'loaded');
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('1 line copied.').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '2026-01-02T03:04:05+0000 hal0-slot-chat: model loaded');
});

test('the log keeps its last thousands of lines and stays at the end', async () => {
    const page = await openChat();
    await until(() => world.bridge.open(logStream) === 1, 'the log is followed');
    world.bridge.log('chat', ...Array.from({ length: 6000 }, (_, i) => logLine(`line ${i}`)));
    await page.locator('.log .line', { hasText: 'line 5999' }).waitFor();
    assert.equal(await page.locator('.log .line').count(), 4000);
    const distance = await page.locator('.log').evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
    assert.ok(distance < 24, `${distance} px from the end`);
});

test('what is refused is told, with the reason', async () => {
    const page = await openChat({ state: 'offline' });
    world.bridge.refuse = (method, path) => path.endsWith('/load') && new Refusal(409, 'slot.disabled', "Slot 'chat' is disabled: enabled = false.");
    await page.locator('.actions button', { hasText: /^Load$/ }).click();
    await page.getByRole('alert').filter({ hasText: "chat: Slot 'chat' is disabled: enabled = false." }).waitFor();
});

test('unload, restart and swap', async () => {
    const page = await openChat();
    await page.locator('.actions button', { hasText: /^Restart$/ }).click();
    await page.locator('.timeline li', { hasText: 'starting' }).first().waitFor();
    await detailState(page, 'ready');
    await page.getByRole('button', { name: 'Swap model…' }).click();
    await page.locator('dialog select option', { hasText: 'gemma3-4b · 2.5 GB' }).waitFor({ state: 'attached' });
    await page.locator('dialog select').selectOption('gemma3-4b');
    await page.getByRole('button', { name: 'Swap', exact: true }).click();
    await page.locator('.panel.live dd', { hasText: 'gemma3-4b' }).waitFor();
    await detailState(page, 'ready');
    await page.locator('.actions button', { hasText: /^Unload$/ }).click();
    await detailState(page, 'offline');
});

test('the form sends only what was changed', async () => {
    const page = await openChat();
    let sent = null;
    world.bridge.refuse = (method, path, body) => { if (method === 'PUT') sent = JSON.parse(body); };
    await page.getByRole('button', { name: 'Edit…' }).click();
    await page.getByLabel('Context, tokens').fill('8192');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('dialog').waitFor({ state: 'detached' });
    assert.deepEqual(sent, { model: { context_size: 8192 } });
});

test('an error of the form stands beside its field', async () => {
    const page = await openChat();
    world.bridge.refuse = (method) => method === 'PUT' && new Refusal(400, 'slot.config_error', '100 is less than 128.', { file: 'x', line: 3, key: 'model.context_size' });
    await page.getByRole('button', { name: 'Edit…' }).click();
    await page.getByLabel('Context, tokens').fill('100');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.field', { has: page.getByLabel('Context, tokens') }).getByText('100 is less than 128.').waitFor();
});

test('an error of the TOML stands at its line, and the text is kept', async () => {
    const page = await openChat();
    await page.getByRole('button', { name: 'Edit…' }).click();
    await page.getByRole('button', { name: 'TOML' }).click();
    const editor = page.getByLabel('TOML of the slot');
    await editor.fill('# mine\n\nport = "x"\n');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Line 3: port: "x" is not allowed').waitFor();
    assert.equal(await page.locator('.numbers .wrong').innerText(), '3');
    assert.equal(await editor.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), 'port = "x"');
    await editor.fill('# mine\nport = 8091\n');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.toml .comment', { hasText: '# mine' }).waitFor();
});

test('a file that somebody else has changed is not overwritten', async () => {
    const page = await openChat();
    await page.getByRole('button', { name: 'Edit…' }).click();
    await page.getByRole('button', { name: 'TOML' }).click();
    world.bridge.toml.set('chat', '# theirs\nport = 8081\n');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('dialog').getByText('The file has been changed since it was read.').waitFor();
    assert.equal(world.bridge.toml.get('chat'), '# theirs\nport = 8081\n');
});

const createErrors = [
    ['Name', 400, 'slot.name_invalid', {}], ['Name', 409, 'slot.exists', {}], ['Port', 409, 'slot.port_in_use', { port: 8081, slot: 'chat' }],
    ['Port', 400, 'slot.no_free_port', {}], ['Model', 404, 'model.not_found', {}], ['Hardware', 400, 'slot.config_error', { key: 'device' }],
    ['Context, tokens', 422, 'validation.invalid', { fields: [{ loc: ['body', 'model', 'context_size'], msg: 'it is wrong', type: 'int_parsing' }] }],
    ['Type', 422, 'validation.invalid', { fields: [{ loc: ['body', 'type'], msg: 'it is wrong', type: 'literal_error' }] }],
];

test('every error of create stands beside its field, which gets the focus', async () => {
    const page = await world.open();
    await page.getByRole('button', { name: 'New slot' }).click();
    await page.getByLabel('Name', { exact: true }).fill('x');
    for (const [label, status, code, details] of createErrors) {
        world.bridge.refuse = (method) => method === 'POST' && new Refusal(status, code, 'it is wrong', details);
        await page.getByRole('button', { name: 'Create slot' }).click();
        const field = page.locator('.field', { has: page.getByLabel(label, { exact: true }) });
        await field.getByText('it is wrong').waitFor();
        await until(() => page.getByLabel(label, { exact: true }).evaluate((control) => control === document.activeElement), `${code}: ${label} has the focus`);
        assert.equal(await page.getByText('it is wrong').count(), 1, code);
    }
    world.bridge.refuse = (method) => method === 'POST' && new Refusal(503, 'system.dbus_unavailable', 'hal0d cannot be reached.');
    await page.getByRole('button', { name: 'Create slot' }).click();
    await page.locator('dialog .form-error').getByText('hal0d cannot be reached.').waitFor();
});

test('create has the defaults of the CLI, and leaves the port to the server', async () => {
    const page = await world.open();
    world.bridge.put('chat', { port: 8081 });
    await state(page, 'chat', 'offline');
    let sent = null;
    world.bridge.refuse = (method, path, body) => { if (method === 'POST') sent = JSON.parse(body); };
    await page.getByRole('button', { name: 'New slot' }).click();
    assert.equal(await page.getByLabel('Port', { exact: true }).getAttribute('placeholder'), '8082');
    await page.getByText('Found on this host: gpu-vulkan.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('second');
    await page.getByRole('button', { name: 'Create slot' }).click();
    await page.getByRole('heading', { name: 'second' }).waitFor();
    assert.deepEqual(sent, { name: 'second', type: 'llm', device: 'gpu-vulkan', model: { context_size: 4096 } });
});

test('by keyboard alone: create, load, delete', async () => {
    const page = await world.open();
    await page.locator('#connection[data-status="open"]').waitFor();
    const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
    const tabTo = (name) => until(async () => {
        if (await page.evaluate((text) => document.activeElement.textContent === text || document.activeElement.getAttribute('aria-label') === text, name)) return true;
        await press('Tab');
        return false;
    }, `Tab reaches ${name}`);
    await tabTo('New slot');
    await press('Enter');
    await page.keyboard.type('keys');
    await press('Enter');
    await page.getByRole('heading', { name: 'keys' }).waitFor();
    await tabTo('Load');
    await press('Enter');
    await detailState(page, 'ready');
    await tabTo('Delete…');
    await press('Enter');
    await page.keyboard.type('wrong');
    await press('Enter');
    await page.getByText('This is not the slot’s name.').waitFor();
    await press('Control+a');
    await page.keyboard.type('keys');
    await press('Enter');
    await row(page, 'keys').waitFor({ state: 'detached' });
    assert.equal(world.bridge.slots.size, 0);
    await page.locator('.detail').waitFor({ state: 'detached' });
});

test('the streams of a detail end with it', async () => {
    const page = await openChat();
    await until(() => world.bridge.open(logStream) === 1 && world.bridge.open('/api/events/stream') === 1, 'log and events are followed');
    await page.getByRole('link', { name: 'Back to all slots' }).click();
    await until(() => world.bridge.open(logStream) + world.bridge.open('/api/events/stream') === 0, 'both are closed');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'chat', 'the focus is back on the slot');
});
