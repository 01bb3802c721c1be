// Edits a slot: by a form, which changes single keys of its file, or as the file's text.

import { api } from './api.js';
import { showDialog, whileBusy } from './dialog.js';
import { EditForm } from './edit_form.js';
import { element, setAttribute } from './element.js';
import { notify } from './notices.js';
import { sha256 } from './sha256.js';
import { TomlEditor } from './toml_editor.js';

/** @param {import('./slots_store.js').Slot} slot @param {() => void} onSaved */
export async function editSlot(slot, onSaved) {
    let text = '';
    let config = null;
    try {
        text = await api.configText(slot.name);
        config = await api.config(slot.name).catch(() => null); // a file with errors can still be edited as text
    } catch (error) {
        return notify(`${slot.name}: ${error.message}`);
    }
    const form = config && new EditForm(config);
    const editor = new TomlEditor();
    editor.text = text;
    const views = new Map([...(form ? [['Form', form.node]] : []), ['TOML', editor.node]]);
    const tabs = tabList(views);
    const submit = element('button', { type: 'submit', class: 'primary' }, 'Save');
    const save = () => (tabs.current() === 'TOML' ? saveText(slot.name, text, editor) : form.save(slot.name));
    const { close } = showDialog(`Edit ${slot.name}`, {
        wide: true,
        body: [tabs.node, ...views.values()],
        actions: [submit],
        onSubmit: () => whileBusy(submit, async () => {
            if (!(await save())) return;
            close();
            onSaved();
            notify(`${slot.name} is saved. What runs is left alone until it restarts.`, 'done');
        }),
    });
}

/** @returns {Promise<boolean>} false: the error is shown in the editor */
async function saveText(name, before, editor) {
    try {
        const fingerprint = await sha256(before);
        if (!fingerprint && (await api.configText(name)) !== before) throw new Error('The file has changed since it was opened here.');
        await api.writeConfigText(name, editor.text, fingerprint);
        return true;
    } catch (error) {
        editor.showError(error.message, Number(error.details?.line) || 0);
        return false;
    }
}

/** @param {Map<string, Element>} views the first is shown */
function tabList(views) {
    let current = '';
    const buttons = new Map();
    const show = (name) => {
        current = name;
        for (const [each, button] of buttons) setAttribute(button, 'aria-pressed', String(each === name));
        for (const [each, view] of views) view.hidden = each !== name;
    };
    for (const name of views.keys()) buttons.set(name, element('button', { type: 'button', class: 'small', click: () => show(name) }, name));
    show(views.keys().next().value);
    return { node: element('div', { class: 'segments', role: 'group', 'aria-label': 'Edit as' }, ...buttons.values()), current: () => current };
}
