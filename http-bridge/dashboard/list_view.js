// All slots at a glance: rows by name, a summary that filters, and a search.

import { element, reconcile, setAttribute, setText } from './element.js';
import { counted } from './format.js';
import { columns, SlotRow } from './slot_row.js';
import { summarise, summaryGroups } from './slot_state.js';

export class ListView {
    #store;
    #rows = new Map(); // name → SlotRow
    #nodes = new Map(); // name → its element
    #group = null; // id of the summary group that is shown alone
    #search = '';
    #chips = new Map();
    #table = element('table', { role: 'table', 'aria-label': 'Slots' }, listHead());
    #empty = element('div', { class: 'empty', hidden: true });
    #summary = element('div', { class: 'summary', role: 'group', 'aria-label': 'Filter by state' });

    /**
     * @param {import('./slots_store.js').SlotsStore} store
     * @param {{onCreate: () => void, onModels: () => void}} actions
     */
    constructor(store, { onCreate, onModels }) {
        this.#store = store;
        const search = element('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Filter slots by name, model, device or type',
            autocomplete: 'off', spellcheck: 'false', input: () => this.#filter({ search: search.value }) });
        this.node = element('section', { class: 'list', 'aria-labelledby': 'slots-heading' },
            element('div', { class: 'list-head' }, element('h2', { id: 'slots-heading' }, 'Slots'), this.#summary, search,
                element('button', { type: 'button', click: onModels }, 'Models'),
                element('button', { type: 'button', class: 'primary', id: 'create', click: onCreate }, 'New slot')),
            this.#table, this.#empty);
        for (const group of summaryGroups) this.#chips.set(group.id, this.#chip(group));
        this.#summary.append(...this.#chips.values());
        this.#table.addEventListener('keydown', (event) => this.#moveFocus(event));
        // "3 min ago" grows old by itself. Coarse, and nothing is drawn in a hidden tab.
        setInterval(() => !document.hidden && this.#rows.forEach((row, name) => row.tick(this.#store.get(name) ?? {})), 10_000);
    }

    /** @param {Set<string>} changed */
    update(changed) {
        const shown = this.#shown();
        reconcile(this.#table, this.#bodies(), ['', ...shown.map(({ name }) => name)], (name) => this.#make(name));
        for (const name of [...this.#rows.keys()]) if (!this.#nodes.has(name)) this.#rows.delete(name);
        for (const slot of shown) if (changed.has(slot.name)) this.#rows.get(slot.name).update(slot, this.#store.metrics(slot.name));
        this.#updateSummary();
        this.#updateEmpty(shown.length);
    }

    /** @param {string|null} name the slot whose detail is open */
    select(name) {
        for (const [each, node] of this.#nodes) setAttribute(node, 'aria-current', each !== '' && each === name ? 'true' : null);
        this.#selected = name;
    }

    #selected = null;

    /** Focuses the slot's link, or what is there when the slot is gone. */
    focus(name) { (this.#nodes.get(name)?.querySelector('a') ?? this.node.querySelector('#create')).focus(); }

    #bodies() {
        if (!this.#nodes.has('')) this.#nodes.set('', this.#table.tHead);
        return this.#nodes;
    }

    #make(name) {
        const row = new SlotRow(name);
        this.#rows.set(name, row);
        row.update(this.#store.get(name), this.#store.metrics(name));
        if (name === this.#selected) setAttribute(row.node, 'aria-current', 'true');
        return row.node;
    }

    #shown() {
        const group = summaryGroups.find(({ id }) => id === this.#group);
        return this.#store.all().filter((slot) => (!group || group.holds(slot.state)) && matches(slot, this.#search));
    }

    #filter(changes) {
        if ('search' in changes) this.#search = changes.search.trim().toLowerCase();
        if ('group' in changes) this.#group = changes.group;
        for (const [id, chip] of this.#chips) setAttribute(chip, 'aria-pressed', String(id === this.#group));
        this.update(new Set());
    }

    #chip({ id, word, tone }) {
        return element('button', { type: 'button', class: 'chip', 'data-tone': tone, 'data-group': id, 'aria-pressed': 'false',
            click: () => this.#filter({ group: this.#group === id ? null : id }) },
        element('span', { class: 'dot', 'aria-hidden': 'true' }), element('b', {}, '0'), ` ${word}`);
    }

    #updateSummary() {
        const counts = summarise(this.#store.all());
        for (const [id, chip] of this.#chips) {
            setText(chip.querySelector('b'), String(counts[id]));
            chip.classList.toggle('zero', counts[id] === 0);
        }
        document.title = counts.failed ? `(${counts.failed} failed) hal0` : 'hal0';
    }

    #updateEmpty(count) {
        const total = this.#store.all().length;
        this.#table.hidden = count === 0;
        this.#empty.hidden = count > 0 || !this.#store.known;
        if (count > 0) return;
        setText(this.#empty, total === 0 ? 'There is no slot yet. A slot serves one model on one port: make the first one with “New slot”.'
            : `None of the ${counted(total, 'slot')} matches the filter.`);
    }

    #moveFocus(event) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (!step || !event.target.matches('th.name a')) return;
        const links = [...this.#table.querySelectorAll('th.name a')];
        links[links.indexOf(event.target) + step]?.focus();
        event.preventDefault();
    }
}

function listHead() {
    const heading = (text, attributes = {}) => element('th', { role: 'columnheader', scope: 'col', ...attributes }, text);
    return element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' },
        heading('State', { class: 'state' }), heading('Name', { class: 'name' }),
        ...columns.map((column) => heading(column.heading, { class: column.number ? `${column.name} number` : column.name })),
        heading(element('span', { class: 'visually-hidden' }, 'Action'), { class: 'action' })));
}

function matches(slot, search) {
    return search === '' || [slot.name, slot.model_id, slot.device, slot.type, slot.state, String(slot.port)]
        .some((text) => (text ?? '').toLowerCase().includes(search));
}
