// Deletes a slot, when its name is typed: it stops what runs, and the file is gone.

import { api } from './api.js';
import { showDialog, whileBusy } from './dialog.js';
import { element } from './element.js';
import { Field, textInput } from './field.js';
import { notify } from './notices.js';
import { isUp } from './slot_state.js';

/** @param {import('./slots_store.js').Slot} slot */
export function deleteSlot(slot) {
    const field = new Field(`Type “${slot.name}” to delete it`, textInput({ autofocus: true }));
    const submit = element('button', { type: 'submit', class: 'danger solid' }, 'Delete slot');
    const { close } = showDialog('Delete slot', {
        body: [element('p', {}, isUp(slot) ? 'It is running: requests to it end at once. ' : '',
            element('code', {}, `/etc/hal0/slots/${slot.name}.toml`), ' is removed, with its comments. The model’s file stays.'), field.node],
        actions: [submit],
        onSubmit: () => whileBusy(submit, async () => {
            if (field.value.trim() !== slot.name) return field.showError('This is not the slot’s name.');
            try {
                await api.remove(slot.name);
                close();
                notify(`${slot.name} is deleted.`, 'done');
            } catch (error) {
                field.showError(error.message);
            }
        }),
    });
}
