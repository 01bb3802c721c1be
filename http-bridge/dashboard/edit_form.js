// The usual keys of a slot's file as a form. Only what was changed is sent, so that everything else stays as it was written.

import { api } from './api.js';
import { element } from './element.js';
import { Field, numberInput, textInput } from './field.js';
import { placeErrors } from './form_errors.js';
import { contextField, deviceField, modelField, nested, numberIn, portField, profileField, showErrors, typeField, valueAt } from './slot_fields.js';

const optional = 'Empty: not set.';

export class EditForm {
    #fields;
    #before;
    #general = element('p', { class: 'form-error', role: 'alert' });

    /** @param {Record<string, any>} config the file as JSON, without defaults */
    constructor(config) {
        this.#fields = new Map([
            ['model.default', modelField(valueAt(config, 'model.default') ?? '', 'none')],
            ['model.context_size', contextField('Empty: the model’s default.')],
            ['device', deviceField(config.device ?? '', 'not set')],
            ['profile', profileField(config.profile ?? '')],
            ['type', typeField(config.type ?? 'llm')],
            ['port', portField('1024 to 65535, not 8080')],
            ['server.parallel', new Field('Requests at a time', numberInput(), { hint: optional })],
            ['model.n_gpu_layers', new Field('Layers on the GPU', numberInput(), { hint: optional })],
            ['idle_timeout_s', new Field('Unload after idle, s', numberInput(), { hint: '0: never.' })],
            ['server.extra_args', new Field('Extra arguments', textInput({ class: 'mono' }), { hint: 'Split as a shell would; last on the command line.' })],
            ['enabled', new Field('Enabled', element('input', { type: 'checkbox' }), { hint: 'Otherwise it is never started, and unloads now.' })],
        ]);
        for (const path of ['model.context_size', 'port', 'server.parallel', 'model.n_gpu_layers', 'idle_timeout_s', 'server.extra_args']) {
            this.#fields.get(path).value = valueAt(config, path) ?? '';
        }
        this.#fields.get('enabled').value = config.enabled !== false;
        this.#before = this.#values();
        this.node = element('div', {}, element('div', { class: 'form-grid' }, ...[...this.#fields.values()].map(({ node }) => node)), this.#general);
    }

    /** @returns {Promise<boolean>} false: the error is shown beside its field */
    async save(name) {
        const now = this.#values();
        const changed = Object.fromEntries(Object.entries(now).filter(([path, value]) => value !== this.#before[path]));
        try {
            if (Object.keys(changed).length) await api.changeConfig(name, nested(changed));
            return true;
        } catch (error) {
            showErrors(placeErrors(error, [...this.#fields.keys()]), this.#fields, this.#general);
            return false;
        }
    }

    /** Path → value; null for what is left empty, which removes the key. */
    #values() {
        const value = (field) => {
            if (field.control.type === 'checkbox') return field.value;
            return (field.control.inputMode === 'numeric' ? numberIn(field) : field.value.trim() || undefined) ?? null;
        };
        return Object.fromEntries([...this.#fields].map(([path, field]) => [path, value(field)]));
    }
}
