// A choice of the models in the registry.

import { api } from './api.js';
import { fillSelect, selectOf } from './field.js';
import { fileSize } from './format.js';

/**
 * @param {import('./field.js').Field} field whose control is modelSelect()'s
 * @param {string} selected
 * @param {string} none what the choice of no model is called; empty: a model must be chosen
 */
export async function offerModels(field, selected, none = '') {
    try {
        const models = await api.models();
        const options = models.map((model) => [model.id, label(model)]);
        fillSelect(field.control, none ? [['', none], ...options] : options, selected || (none ? '' : models[0]?.id ?? ''));
        if (!models.length) field.showHint('The registry has no model yet: hal0 model add, or /var/lib/hal0/registry/registry.toml.');
    } catch (error) {
        field.showError(`The models cannot be listed: ${error.message}`);
    }
}

export const modelSelect = (selected = '', attributes = {}) => selectOf([[selected, selected || '…']], selected, attributes);

const label = (model) => [model.id, model.size_bytes > 0 && fileSize(model.size_bytes), model.installed === false && 'file missing'].filter(Boolean).join(' · ');
