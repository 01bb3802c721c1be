// The dashboard against the real bridge, hal0d, systemd and podman of the test machine:
//
//     HAL0_MACHINE=try tests/machine/up
//     HAL0_MACHINE=try tests/dashboard/run machine
//
// The slots run the stand-in server of tests/machine (profile `fault`), so that nothing has to be downloaded.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openTab, startBrowser } from '../browser.js';
import { detailState, row, state } from '../fixture.js';
import { forward, run, shell, write } from './machine.js';

const slot = 'dash-1';
const port = 9371;
const unit = `hal0-slot@${slot}.service`;
const file = `/etc/hal0/slots/${slot}.toml`;
const models = ['dash-a', 'dash-b'];
const toml = `# made by a test\nport = ${port}\nprofile = "fault"\ndevice = "cpu"\n\n[model]\ndefault = "dash-a"\n`;
let browser;
let bridge;

before(async () => {
    process.env.HAL0_BROWSER_TIMEOUT ??= '20000'; // real containers start
    bridge = await forward(8080);
    browser = await startBrowser();
    for (const id of models) await addModel(id);
});

after(async () => {
    await browser?.close();
    for (const id of models) await shell('curl -fsS -X DELETE "http://localhost:8080/api/models/$1" || true', id);
    bridge?.close();
});

afterEach(async () => {
    await Promise.all(browser.context.pages().slice(1).map((page) => page.close()));
    await shell('systemctl stop "$1" || true; systemctl reset-failed "$1" || true; rm -f "$2" "/etc/hal0/loaded/$3"; systemctl daemon-reload', unit, file, slot);
    assert.deepEqual(browser.complaints.splice(0), []);
});

async function addModel(id) {
    const path = `/mnt/ai-models/${id}.gguf`;
    await shell('mkdir -p /mnt/ai-models; printf GGUF >"$1"; chmod 644 "$1"; curl -fsS -X POST http://localhost:8080/api/models -d "{\\"id\\":\\"$2\\",\\"path\\":\\"$1\\"}"', path, id);
}

async function makeSlot(text = toml) {
    await write(file, text);
    await run('systemctl', 'daemon-reload');
}

const action = (page, label) => page.locator('.actions button', { hasText: new RegExp(`^${label}$`) });

test('create, load, watch it become ready, delete', async () => {
    const page = await openTab(browser.context, bridge.url);
    await page.locator('#connection[data-status="open"]').waitFor();
    await page.getByRole('button', { name: 'New slot' }).click();
    await page.getByLabel('Name', { exact: true }).fill(slot);
    await page.getByLabel('Hardware').selectOption('cpu');
    await page.getByLabel('Port', { exact: true }).fill('80');
    await page.getByRole('button', { name: 'Create slot' }).click();
    await page.locator('.field', { has: page.getByLabel('Port', { exact: true }) }).locator('.field-error:not(:empty)').waitFor();
    await page.getByLabel('Port', { exact: true }).fill(String(port));
    await page.getByLabel('Model', { exact: true }).selectOption('dash-a');
    await page.getByRole('button', { name: 'Create slot' }).click();
    await page.getByRole('heading', { name: slot }).waitFor();
    assert.match(await run('cat', file), /port = 9371/);
    await makeSlot(); // the created one would want llama.cpp's own image
    await page.locator('.toml', { hasText: 'fault' }).waitFor();
    await action(page, 'Load').click();
    await detailState(page, '(ready|idle)');
    assert.equal((await run('systemctl', 'is-active', unit)).trim(), 'active');
    await page.locator('.timeline li', { hasText: 'ready' }).first().waitFor();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByLabel(/Type/).last().fill(slot);
    await page.getByRole('button', { name: 'Delete slot' }).click();
    await row(page, slot).waitFor({ state: 'detached' });
    await assert.rejects(run('test', '-e', file));
});

test('systemctl and the page see the same, and a killed container is failed at once', async (t) => {
    await makeSlot();
    const page = await openTab(browser.context, `${bridge.url}/#/slot/${slot}`);
    await detailState(page, 'offline');
    await run('systemctl', 'start', unit);
    await detailState(page, '(ready|idle)');
    // Both are waited for before the kill: a second later it is restarted. The machine's clock is this one's.
    const [shown, , killed] = await Promise.all([
        detailState(page, 'error').then(() => Date.now()),
        row(page, slot).locator('.reason:not(:empty)').waitFor(),
        shell('podman kill --signal=KILL "$1" >&2; echo $EPOCHREALTIME', `hal0-slot-${slot}`).then((said) => Number(said) * 1000),
    ]);
    t.diagnostic(`shown ${(shown - killed).toFixed(0)} ms after podman kill returned`);
    assert.ok(shown - killed < 3000, 'on a busy machine, too');
});

test('swap runs another model and keeps it', async () => {
    await makeSlot();
    await run('systemctl', 'start', unit);
    const page = await openTab(browser.context, `${bridge.url}/#/slot/${slot}`);
    await detailState(page, '(ready|idle)');
    await page.getByRole('button', { name: 'Swap model…' }).click();
    await page.locator('dialog option[value="dash-b"]').waitFor({ state: 'attached' });
    await page.locator('dialog select').selectOption('dash-b');
    await page.getByRole('button', { name: 'Swap', exact: true }).click();
    await page.locator('.toml', { hasText: 'default = "dash-b"' }).waitFor();
    await detailState(page, '(ready|idle)');
    assert.match(await page.locator('.toml').innerText(), /# made by a test/);
});

test('an edit with an error is shown at its line, and nothing is written', async () => {
    await makeSlot();
    const page = await openTab(browser.context, `${bridge.url}/#/slot/${slot}`);
    await page.getByRole('button', { name: 'Edit…' }).click();
    await page.getByRole('button', { name: 'TOML' }).click();
    await page.getByLabel('TOML of the slot').fill(toml.replace(`port = ${port}`, 'port = 80'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^Line 2: /).waitFor();
    assert.equal(await run('cat', file), toml);
});

test('the log follows', async () => {
    await makeSlot();
    const page = await openTab(browser.context, `${bridge.url}/#/slot/${slot}`);
    await page.locator('.log-status[data-status="open"]').waitFor();
    await run('systemctl', 'start', unit);
    await page.locator('.log .line', { hasText: 'Started' }).first().waitFor();
});

test('names, models and log lines are text, never markup', async () => {
    const evil = '<script>window.owned=1</script><img/src=x/onerror=owned=1>';
    const untouched = async () => {
        assert.equal(await page.locator('main script, main img, dialog script, dialog img').count(), 0);
        assert.equal(await page.evaluate(() => window.owned), undefined);
    };
    await makeSlot(toml.replace('dash-a', evil));
    const page = await openTab(browser.context, `${bridge.url}/#/slot/${slot}`);
    await page.locator('.toml', { hasText: evil }).waitFor();
    await row(page, slot).locator('.reason', { hasText: evil }).waitFor();
    await untouched();
    await makeSlot(`${toml}\n[server]\nextra_args = "--fault 'exit-at-start=3,last-line=^[[31merror:${evil}^[[0m'"\n`);
    await assert.rejects(run('systemctl', 'start', unit));
    await page.locator('.log .line', { hasText: `error:${evil}` }).first().waitFor();
    await row(page, slot).locator('.reason', { hasText: evil }).waitFor();
    for (const text of await page.locator('.log .line, .reason', { hasText: evil }).allTextContents()) assert.match(text, /[ :]<script>[^\x1b[]*$/);
    await untouched();
    await page.goto(`${bridge.url}/#/slot/${encodeURIComponent(evil)}`);
    await page.getByRole('button', { name: 'New slot' }).click();
    await page.getByLabel('Name', { exact: true }).fill(evil);
    await page.getByLabel('Model', { exact: true }).selectOption('dash-a');
    await page.getByRole('button', { name: 'Create slot' }).click();
    await page.locator('.field', { has: page.getByLabel('Name', { exact: true }) }).locator('.field-error:not(:empty)').waitFor();
    await untouched();
});

test('the bridge restarts under an open page, which catches up', async () => {
    await makeSlot();
    const page = await openTab(browser.context, bridge.url);
    await state(page, slot, 'offline');
    await run('systemctl', 'stop', 'hal0-http.service', 'hal0-http.socket');
    await page.locator('#lost').waitFor();
    await run('systemctl', 'start', unit);
    await run('systemctl', 'start', 'hal0-http.socket');
    await state(page, slot, '(ready|idle)');
    await page.locator('#lost').waitFor({ state: 'hidden' });
});
