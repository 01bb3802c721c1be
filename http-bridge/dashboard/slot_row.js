// One slot in the list: a row of facts, and below it a sentence when there is something to say.

import { showState, stateBadge } from './badge.js';
import { element, setAttribute, setText } from './element.js';
import { ago, memory, orUnknown, tokensPerSecond } from './format.js';
import { plainLine } from './plain_text.js';
import { actionButton, perform } from './slot_actions.js';
import { hasFailed, isChanging, message, nextAction, pullProgress } from './slot_state.js';

/** Columns behind state and name: heading, class, and what is shown. */
export const columns = [
    { heading: 'Model', name: 'model', of: (slot) => orUnknown(slot.model_id) },
    { heading: 'Device', name: 'device', of: (slot) => orUnknown(slot.device) },
    { heading: 'Port', name: 'port', number: true, of: (slot) => orUnknown(slot.port || null) },
    { heading: 'Type', name: 'type', of: (slot) => orUnknown(slot.type) },
    { heading: 'Memory', name: 'memory', number: true, of: (slot, live) => memory(live.mem_rss_mb ?? slot.mem_mb) },
    { heading: 'Tokens/s', name: 'toks', number: true, of: (slot, live) => tokensPerSecond(live.tokens_per_sec ?? slot.metrics?.toks) },
    { heading: 'In flight', name: 'flight', number: true, of: (slot, live) => orUnknown(live.requests_processing) },
    { heading: 'Last used', name: 'used', number: true, of: (slot) => ago(slot.last_used_at) },
];

export class SlotRow {
    #cells = columns.map(({ name, heading, number }) =>
        element('td', { role: 'cell', class: number ? `${name} number` : name, 'data-heading': heading }));
    #badge = stateBadge();
    #link = element('a');
    #action = actionButton('', () => perform(this.#action, this.#action.dataset.action, this.#name), { class: 'row-action' });
    #reason = element('span', { class: 'reason' });
    #progress = element('progress', { hidden: true });
    #drift = element('span', { class: 'tag', hidden: true, title: 'A restart would change it' }, 'restart needed');
    #name;

    /** @param {string} name */
    constructor(name) {
        this.#name = name;
        setAttribute(this.#link, 'href', `#/slot/${encodeURIComponent(name)}`);
        setText(this.#link, plainLine(name));
        const actionCell = element('td', { role: 'cell', class: 'action' }, this.#action);
        this.#reasonRow = element('tr', { role: 'row', class: 'reason-row', hidden: true },
            element('td', { role: 'cell', colspan: columns.length + 3 }, this.#reason, this.#progress));
        this.node = element('tbody', { role: 'rowgroup', class: 'slot', 'data-slot': name, click: (event) => this.#open(event) },
            element('tr', { role: 'row', class: 'facts' },
                element('td', { role: 'cell', class: 'state' }, this.#badge),
                element('th', { role: 'rowheader', scope: 'row', class: 'name' }, this.#link, this.#drift),
                ...this.#cells, actionCell),
            this.#reasonRow);
    }

    #reasonRow;

    /** @param {import('./slots_store.js').Slot} slot @param {Record<string, number>} live */
    update(slot, live) {
        showState(this.#badge, slot.state);
        setAttribute(this.node, 'data-state', slot.state);
        columns.forEach((column, i) => {
            const text = plainLine(column.of(slot, live));
            setText(this.#cells[i], text);
            if (column.name === 'model') setAttribute(this.#cells[i], 'title', text.length > 24 ? text : null);
        });
        this.#drift.hidden = !slot.config_drift?.drifted;
        this.#updateReason(slot);
        this.#updateAction(slot);
    }

    /** What changes by the clock alone. */
    tick(slot) { setText(this.#cells.at(-1), ago(slot.last_used_at)); }

    #updateReason(slot) {
        const sentence = hasFailed(slot.state) || isChanging(slot.state) ? message(slot) : '';
        const pull = slot.state === 'pulling' ? pullProgress(sentence) : null;
        this.#reasonRow.hidden = sentence === '';
        setText(this.#reason, plainLine(sentence));
        this.#progress.hidden = pull === null;
        if (!pull) return;
        setAttribute(this.#progress, 'aria-label', `Layers of the image of ${slot.name}`);
        this.#progress.max = pull.layers;
        this.#progress.value = pull.layer;
    }

    #updateAction(slot) {
        const action = nextAction(slot);
        setAttribute(this.#action, 'data-action', action);
        setText(this.#action, action === 'unload' ? 'Unload' : 'Load');
        setAttribute(this.#action, 'aria-label', `${action === 'unload' ? 'Unload' : 'Load'} ${slot.name}`);
        this.#action.classList.toggle('none', action === null);
        this.#action.disabled = action === null;
    }

    /** The whole row is a target for the mouse; the keyboard has the link. */
    #open(event) {
        if (event.target.closest('a, button') || getSelection()?.toString()) return;
        this.#link.click();
    }
}
