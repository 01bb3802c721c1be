// The form fields that create and edit have in common, and their way to and from the keys of a slot's file.

import { api } from './api.js';
import { Field, fillSelect, numberInput, numberOf, selectOf } from './field.js';
import { modelSelect, offerModels } from './model_picker.js';
import { typeWords } from './slot_state.js';

const devices = [['gpu-vulkan', 'GPU, Vulkan'], ['gpu-rocm', 'GPU, ROCm'], ['cpu', 'CPU'], ['npu', 'NPU']];

export const typeField = (selected = 'llm') => new Field('Type', selectOf(typeWords.map((word) => [word, word]), selected));
export const portField = (hint) => new Field('Port', numberInput({ maxlength: 5 }), { hint });
export const contextField = (hint) => new Field('Context, tokens', numberInput({ maxlength: 9 }), { hint });

/** @param {string} selected @param {string} none label of "the server chooses" */
export function deviceField(selected = '', none = '') {
    return new Field('Hardware', selectOf(none ? [['', none], ...devices] : devices, selected));
}

export function modelField(selected, none) {
    const field = new Field('Model', modelSelect(selected));
    offerModels(field, selected, none);
    return field;
}

export function profileField(selected) {
    const field = new Field('Profile', selectOf([['', 'by type and hardware']], selected));
    api.profiles().then((profiles) => fillSelect(field.control, [['', 'by type and hardware'],
        ...profiles.map(({ name, intent }) => [name, intent ? `${name}: ${intent}` : name])], selected))
        .catch((error) => field.showError(`The profiles cannot be listed: ${error.message}`));
    return field;
}

/** @param {Field} field */
export const numberIn = (field) => numberOf(field.value);

/** `{"model.context_size": 1}` → `{model: {context_size: 1}}` */
export function nested(flat) {
    const tree = {};
    for (const [path, value] of Object.entries(flat)) {
        const words = path.split('.');
        const last = words.pop();
        words.reduce((table, word) => (table[word] ??= {}), tree)[last] = value;
    }
    return tree;
}

/** @param {Record<string, any>} tree @param {string} path */
export const valueAt = (tree, path) => path.split('.').reduce((table, word) => table?.[word], tree);

/**
 * Shows an error beside its fields, and what belongs to none at the form's end; the first wrong field gets the focus.
 * @param {{fields: Map<string, string>, rest: string}} placed
 * @param {Map<string, Field>} fields
 * @param {Element} general
 */
export function showErrors({ fields: messages, rest }, fields, general) {
    for (const [path, field] of fields) field.showError(messages.get(path) ?? '');
    general.textContent = rest;
    [...fields].find(([path]) => messages.has(path))?.[1].control.focus();
}
