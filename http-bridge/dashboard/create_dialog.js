// Makes a slot, with the defaults that the CLI has.

import { api } from './api.js';
import { showDialog, whileBusy } from './dialog.js';
import { element } from './element.js';
import { Field, textInput } from './field.js';
import { placeErrors } from './form_errors.js';
import { notify } from './notices.js';
import { contextField, deviceField, modelField, nested, numberIn, portField, showErrors, typeField } from './slot_fields.js';

const portRange = { first: 8081, last: 8099 };
const hardwareWords = { rocm: 'gpu-rocm', vulkan: 'gpu-vulkan', cpu: 'cpu', flm: 'npu' };

/**
 * @param {import('./slots_store.js').SlotsStore} store
 * @param {(name: string) => void} onCreated
 */
export function createSlot(store, onCreated) {
    const fields = new Map([
        ['name', new Field('Name', textInput({ autofocus: true, maxlength: 64 }), { hint: 'a–z, 0–9, _ and -; up to 32' })],
        ['type', typeField()],
        ['model.default', modelField('', 'none yet')],
        ['model.context_size', contextField('')],
        ['device', deviceField('', 'the server chooses')],
        ['port', portField('Empty: the lowest free one.')],
    ]);
    fields.get('model.context_size').value = '4096';
    fields.get('port').control.placeholder = freePort(store.all());
    proposeHardware(fields.get('device'));
    const load = new Field('Load it at once', element('input', { type: 'checkbox' }), { hint: 'A loaded slot starts at boot, too.' });
    const general = element('p', { class: 'form-error', role: 'alert' });
    const submit = element('button', { type: 'submit', class: 'primary' }, 'Create slot');
    const { close } = showDialog('New slot', {
        body: [element('div', { class: 'form-grid' }, ...[...fields.values()].map(({ node }) => node)), load.node, general],
        actions: [submit],
        onSubmit: () => whileBusy(submit, async () => {
            try {
                const { name } = await api.create(requestOf(fields));
                close();
                onCreated(name);
                if (load.value) api.load(name).catch((error) => notify(`${name}: ${error.message}`));
            } catch (error) {
                showErrors(placeErrors(error, [...fields.keys()]), fields, general);
            }
        }),
    });
}

function requestOf(fields) {
    const given = {
        name: fields.get('name').value.trim(),
        type: fields.get('type').value,
        device: fields.get('device').value || undefined,
        port: numberIn(fields.get('port')),
        'model.default': fields.get('model.default').value || undefined,
        'model.context_size': numberIn(fields.get('model.context_size')),
    };
    return nested(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
}

/** As the CLI proposes it. It stays a proposal: with an empty field the server takes one that is free when it is asked. */
function freePort(slots) {
    const taken = new Set(slots.map(({ port }) => port));
    for (let port = portRange.first; port <= portRange.last; port++) if (!taken.has(port)) return String(port);
    return '';
}

async function proposeHardware(field) {
    try {
        const { default_hardware: found } = await api.hardware();
        const device = hardwareWords[found] ?? found;
        if (!device || field.value) return;
        if ([...field.control.options].some(({ value }) => value === device)) field.value = device;
        field.showHint(`Found on this host: ${device}.`);
    } catch {
        field.showHint('The host’s hardware is not known.'); // the server chooses all the same
    }
}
