// What is known of the slots: the frames of /api/stream/slots, applied. No second truth: a snapshot replaces everything.

/**
 * @typedef {Record<string, any> & {name: string, state: string}} Slot http-api.md, section 2, (B)
 * @typedef {{event: string, data: any}} Frame
 */
export class SlotsStore {
    /** @type {Map<string, Slot>} */
    #slots = new Map();
    #metrics = {};
    #known = false;

    /** Whether there has been a snapshot. */
    get known() { return this.#known; }

    /** @returns {Slot|undefined} */
    get(name) { return this.#slots.get(name); }

    /** The live figures of a slot; empty if there are none. */
    metrics(name) { return this.#metrics[name] ?? {}; }

    /** All slots by name. */
    all() { return [...this.#slots.values()].sort((a, b) => (a.name < b.name ? -1 : 1)); }

    /**
     * @param {Frame} frame
     * @returns {Set<string>} names of the slots that are not what they were
     */
    apply({ event, data }) {
        switch (event) {
        case 'slots': return this.#replaceAll(data);
        case 'slot': return this.#replace(data);
        case 'removed': return new Set(this.#slots.delete(data.name) ? [data.name] : []);
        case 'metrics': return this.#measure(data);
        default: return new Set(); // of a later bridge
        }
    }

    /** The frames that bring another store to where this one is. */
    snapshot() {
        return this.#known ? [{ event: 'slots', data: this.all() }, { event: 'metrics', data: this.#metrics }] : [];
    }

    #replaceAll(slots) {
        const changed = new Set(this.#slots.keys());
        const first = !this.#known;
        const old = this.#slots;
        this.#known = true;
        this.#slots = new Map(slots.map((slot) => [slot.name, slot]));
        for (const slot of slots) {
            if (!first && same(old.get(slot.name), slot)) changed.delete(slot.name);
            else changed.add(slot.name);
        }
        return changed;
    }

    #replace(slot) {
        if (same(this.#slots.get(slot.name), slot)) return new Set();
        this.#slots.set(slot.name, slot);
        return new Set([slot.name]);
    }

    #measure(metrics) {
        const changed = new Set();
        for (const name of new Set([...Object.keys(this.#metrics), ...Object.keys(metrics)])) {
            if (!same(this.#metrics[name], metrics[name])) changed.add(name);
        }
        this.#metrics = metrics;
        return changed;
    }
}

/** Values come from JSON of one writer, so equal ones have their keys in one order. */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
