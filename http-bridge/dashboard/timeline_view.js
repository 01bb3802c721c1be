// Recent transitions of a slot, newest first: what has been, and what comes.

import { api } from './api.js';
import { showState, stateBadge } from './badge.js';
import { element } from './element.js';
import { clock } from './format.js';
import { plainLine } from './plain_text.js';
import { visibleStream } from './visible_stream.js';

const mostEntries = 100;

export class TimelineView {
    node = element('ol', { class: 'timeline', role: 'list', 'aria-label': 'Recent transitions', tabindex: '0' });
    #name;
    #seen = new Map(); // identity → event
    #stream;
    #closed = false;

    /** @param {string} name */
    constructor(name) {
        this.#name = name;
        this.#catchUp();
        this.#stream = visibleStream(api.eventsStream(name), ({ data }) => this.#add([data]),
            (status) => status === 'open' && this.#catchUp());
    }

    close() {
        this.#closed = true;
        this.#stream.close();
    }

    /** After each connect: what happened while nobody listened. */
    async #catchUp() {
        try {
            const { events } = await api.events(this.#name);
            if (!this.#closed) this.#add(events);
        } catch (error) {
            if (!this.#seen.size) this.node.replaceChildren(element('li', { class: 'hint' }, error.message));
        }
    }

    #add(events) {
        const before = this.#seen.size;
        for (const event of events) {
            if (event.type === 'slot.state' && event.data?.slot === this.#name) this.#seen.set(identity(event), event);
        }
        if (this.#seen.size === before && before > 0) return;
        const newest = [...this.#seen.values()].sort((a, b) => moment(b) - moment(a) || Number(b.id) - Number(a.id)).slice(0, mostEntries);
        this.#seen = new Map(newest.map((event) => [identity(event), event]));
        this.node.replaceChildren(...newest.map(entry));
        if (!newest.length) this.node.append(element('li', { class: 'hint' }, 'Nothing has happened since the bridge started.'));
    }
}

const moment = ({ ts }) => (typeof ts === 'number' ? ts : Date.parse(ts) / 1000);
const identity = ({ ts, data }) => JSON.stringify([ts, data.from, data.to]);

function entry({ ts, data, message }) {
    const badge = stateBadge();
    showState(badge, plainLine(data.to));
    const reason = plainLine(data.reason || message);
    return element('li', {}, element('time', { class: 'mono' }, clock(ts)), badge, element('span', { class: 'reason' }, reason));
}
