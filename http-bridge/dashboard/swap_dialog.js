// Runs another model in a slot.

import { api } from './api.js';
import { showDialog } from './dialog.js';
import { element } from './element.js';
import { Field } from './field.js';
import { modelSelect, offerModels } from './model_picker.js';
import { announce, notify } from './notices.js';

/** @param {import('./slots_store.js').Slot} slot */
export function swapModel(slot) {
    const model = new Field('Model', modelSelect(slot.model_id ?? '', { autofocus: true }), { hint: `Now: ${slot.model_id ?? 'none'}.` });
    const persist = new Field('Keep it as the default', element('input', { type: 'checkbox', checked: true }),
        { hint: 'Written to the file once the model answers. Otherwise the next start is back on the old default.' });
    const { close } = showDialog(`Swap the model of ${slot.name}`, {
        body: [element('p', {}, 'The slot restarts. If the new model does not come up, the old one is started again.'), model.node, persist.node],
        actions: [element('button', { type: 'submit', class: 'primary' }, 'Swap')],
        onSubmit() {
            close(); // the page shows how it goes; the answer may take as long as the model does
            announce(`${slot.name}: swapping to ${model.value}`);
            api.swap(slot.name, model.value, persist.value).catch((error) => notify(`${slot.name}: ${error.message}`));
        },
    });
    offerModels(model, slot.model_id ?? '');
}
