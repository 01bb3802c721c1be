// Everything about one slot: its live status beside its file, what a restart would change, the command, the past, the log.

import { api } from './api.js';
import { CommandView } from './command_view.js';
import { DetailHead } from './detail_head.js';
import { differences } from './drift.js';
import { DriftView } from './drift_view.js';
import { element } from './element.js';
import { FactsView } from './facts_view.js';
import { LogView } from './log_view.js';
import { actionButton, perform } from './slot_actions.js';
import { hasFailed, message } from './slot_state.js';
import { TimelineView } from './timeline_view.js';
import { TomlView } from './toml_view.js';

/** What changes while a slot works, and says nothing about its files. */
const volatile = new Set(['state', 'status', 'metadata', 'last_used_at', 'mem_mb', 'metrics', 'container_status', 'container_health', 'models', 'image_status']);

export class DetailView {
    #name;
    #store;
    #facts = new FactsView();
    #toml = new TomlView();
    #command = new CommandView();
    #filesOf = null; // the configuration that the shown files belong to
    #reading = Promise.resolve();
    #onVisible = () => !document.hidden && this.#readFiles();

    /** @param {string} name @param {import('./slots_store.js').SlotsStore} store */
    constructor(name, store) {
        this.#name = name;
        this.#store = store;
        this.#head = new DetailHead(name, store, () => this.#readFiles());
        const restart = actionButton('Restart', () => perform(restart, 'restart', name), { class: 'small' });
        this.#drift = new DriftView(restart);
        this.#timeline = new TimelineView(name);
        this.#log = new LogView(name);
        this.node = element('section', { class: 'detail', 'aria-labelledby': 'slot-heading' }, this.#head.node,
            element('div', { class: 'panels' }, this.#drift.node,
                panel('Live', 'live', this.#facts.node), panel('On disk', 'disk', this.#toml.node),
                panel('Command of the next start', 'resolved', this.#command.node), panel('Transitions', 'past', this.#timeline.node),
                this.#log.node));
        // A comment that somebody edits changes no property, so nothing is pushed: who comes back to the tab sees it.
        document.addEventListener('visibilitychange', this.#onVisible);
        this.update();
    }

    #head;
    #drift;
    #timeline;
    #log;

    focus() { this.#head.focus(); }

    update() {
        const slot = this.#store.get(this.#name);
        if (!slot) return;
        const diffs = differences(slot);
        this.#head.update(slot);
        this.#facts.update(slot, this.#store.metrics(this.#name));
        this.#drift.update(diffs);
        const key = configurationKey(slot);
        if (key === this.#filesOf) return;
        this.#filesOf = key;
        this.#readFiles();
    }

    close() {
        document.removeEventListener('visibilitychange', this.#onVisible);
        this.#head.close();
        this.#timeline.close();
        this.#log.close();
    }

    /** One after the other, so that an answer never overtakes a later one. */
    #readFiles() {
        this.#reading = this.#reading.then(() => this.#read());
    }

    async #read() {
        const [text, resolved] = await Promise.allSettled([api.configText(this.#name), api.resolved(this.#name)]);
        const slot = this.#store.get(this.#name);
        if (!slot || !this.node.isConnected) return;
        const diffs = differences(slot);
        if (text.status === 'fulfilled') this.#toml.update(text.value, diffs, lineOfError(slot));
        else this.#toml.update(`# ${text.reason.message}`, []);
        if (resolved.status === 'fulfilled') this.#command.update(resolved.value, diffs);
        else this.#command.showError(resolved.reason.message);
    }
}

const panel = (title, name, node) =>
    element('section', { class: `panel ${name}`, 'aria-label': title }, element('div', { class: 'panel-head' }, element('h3', {}, title)), node);

function configurationKey(slot) {
    const entries = Object.entries(slot).filter(([key]) => !volatile.has(key));
    return JSON.stringify([entries, hasFailed(slot.state) && message(slot)]);
}

/** "/etc/hal0/slots/chat.toml:3:8: port: …" → 3, if it is about this slot's file. */
function lineOfError(slot) {
    const match = hasFailed(slot.state) && /^\S*\/([^/\s:]+)\.toml:(\d+)/.exec(message(slot));
    return match && match[1] === slot.name ? Number(match[2]) : null;
}
