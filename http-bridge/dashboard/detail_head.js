// The head of the detail: name, state, why, and what can be done.

import { api } from './api.js';
import { showState, stateBadge } from './badge.js';
import { deleteSlot } from './delete_dialog.js';
import { editSlot } from './edit_dialog.js';
import { element, setText } from './element.js';
import { plainLine } from './plain_text.js';
import { actionButton, perform } from './slot_actions.js';
import { isUp, message, pullProgress } from './slot_state.js';
import { swapModel } from './swap_dialog.js';
import { visibleStream } from './visible_stream.js';

export class DetailHead {
    #name;
    #badge = stateBadge();
    #heading;
    #reason = element('p', { class: 'reason' });
    #progress = element('progress', { hidden: true });
    #pullStream = null;
    #pull = null; // the pull object, while there is one
    #buttons;

    /**
     * @param {string} name
     * @param {import('./slots_store.js').SlotsStore} store
     * @param {() => void} onEdited
     */
    constructor(name, store, onEdited) {
        this.#name = name;
        const slot = () => store.get(name);
        const does = (action, label, attributes) => {
            const button = actionButton(label, () => perform(button, action, name), attributes);
            return button;
        };
        this.#buttons = {
            load: does('load', 'Load', { class: 'primary' }),
            unload: does('unload', 'Unload'),
            restart: does('restart', 'Restart'),
            swap: actionButton('Swap model…', () => swapModel(slot())),
            pull: does('pull', 'Pull image'),
            edit: actionButton('Edit…', () => editSlot(slot(), onEdited)),
            remove: actionButton('Delete…', () => deleteSlot(slot()), { class: 'danger' }),
        };
        this.#heading = element('h2', { id: 'slot-heading', tabindex: '-1' }, plainLine(name));
        this.node = element('header', { class: 'detail-head' },
            element('div', { class: 'title' }, element('a', { class: 'back', href: '#/', 'aria-label': 'Back to all slots' }, '←'), this.#heading, this.#badge),
            element('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, ...Object.values(this.#buttons)),
            this.#reason, this.#progress);
    }

    focus() { this.#heading.focus(); }

    update(slot) {
        showState(this.#badge, slot.state);
        setText(this.#reason, plainLine(message(slot)));
        this.#reason.hidden = !message(slot);
        this.#reason.classList.toggle('bad', slot.state === 'error');
        this.#followPull(slot.image_status === 'pulling' || slot.state === 'pulling');
        this.#showProgress(this.#pull ?? pullProgress(message(slot)), slot);
        this.#enable(slot);
    }

    close() { this.#pullStream?.close(); }

    /** What would do nothing is not offered; a button that has the focus stays, or the focus would be lost. */
    #enable(slot) {
        const up = isUp(slot);
        const offered = {
            load: !up && slot.enabled !== false, unload: up, restart: up, swap: up,
            pull: slot.image_status === 'missing' && slot.state !== 'pulling', edit: true, remove: true,
        };
        for (const [action, button] of Object.entries(this.#buttons)) {
            const hide = !offered[action];
            if (hide && button === document.activeElement) this.#heading.focus({ preventScroll: true });
            button.hidden = hide;
        }
    }

    #followPull(pulling) {
        if (pulling === (this.#pullStream !== null)) return;
        this.#pullStream?.close();
        this.#pullStream = null;
        this.#pull = null;
        if (!pulling) return;
        this.#pullStream = visibleStream(api.pullStream(this.#name), ({ data }) => {
            const running = data.state === 'pulling' && data.total_layers > 0;
            this.#pull = running ? { layer: data.layer, layers: data.total_layers } : null;
            this.#showProgress(this.#pull, null);
            if (['completed', 'failed', 'present', 'missing'].includes(data.state)) this.#pullStream?.close();
            if (data.state === 'failed') setText(this.#reason, plainLine(data.error));
        });
    }

    #showProgress(pull, slot) {
        const pulling = pull || slot?.state === 'pulling' || slot?.image_status === 'pulling';
        this.#progress.hidden = !pulling;
        this.#progress.setAttribute('aria-label', pull ? `Layer ${pull.layer} of ${pull.layers} of the image` : 'Pulling the image');
        if (!pull) return this.#progress.removeAttribute('value');
        this.#progress.max = pull.layers;
        this.#progress.value = pull.layer;
    }
}
