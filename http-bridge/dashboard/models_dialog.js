// The model registry: what slots can run. Adds and removes entries; the models' files are never touched.

import { api } from './api.js';
import { showDialog, whileBusy } from './dialog.js';
import { element } from './element.js';
import { Field, textInput } from './field.js';
import { placeErrors } from './form_errors.js';
import { fileSize } from './format.js';
import { plainLine } from './plain_text.js';
import { showErrors } from './slot_fields.js';

export function showModels() {
    const list = element('ul', { class: 'models', role: 'list', 'aria-label': 'Models' });
    const fields = new Map([
        ['id', new Field('Id', textInput({ maxlength: 255, autofocus: true }), { hint: 'The name that slots use.' })],
        ['path', new Field('File', textInput({ class: 'mono' }), { hint: 'On the server: absolute, or below the model store.' })],
    ]);
    const general = element('p', { class: 'form-error', role: 'alert' });
    const submit = element('button', { type: 'submit', class: 'primary' }, 'Add model');
    const attempt = async (work) => {
        try {
            general.textContent = '';
            await work();
            await fillList();
        } catch (error) {
            showErrors(placeErrors(error, [...fields.keys()]), fields, general);
        }
    };
    const fillList = async () => list.replaceChildren(...(await api.models()).map((model) => entry(model, (button) =>
        whileBusy(button, () => attempt(() => api.removeModel(model.id))))));
    showDialog('Models', {
        dismiss: 'Close',
        body: [list, element('div', { class: 'form-grid' }, ...[...fields.values()].map(({ node }) => node)), general],
        actions: [submit],
        onSubmit: () => whileBusy(submit, () => attempt(async () => {
            await api.addModel(fields.get('id').value.trim(), fields.get('path').value.trim());
            for (const field of fields.values()) field.value = '';
        })),
    });
    attempt(async () => {});
}

function entry(model, onRemove) {
    const about = [model.path, model.size_bytes > 0 && fileSize(model.size_bytes), model.installed === false && 'file missing'].filter(Boolean).join(' · ');
    const remove = element('button', { type: 'button', class: 'small', 'aria-label': `Remove ${model.id}`, click: () => onRemove(remove) }, 'Remove');
    return element('li', {}, element('div', { class: 'about' }, element('b', { class: 'mono' }, plainLine(model.id)),
        element('div', { class: 'hint' }, plainLine(about))), remove);
}
