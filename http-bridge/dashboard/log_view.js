// The live log of a slot: follows, pauses, filters, copies. It keeps some thousands of lines, the journal keeps all.

import { api } from './api.js';
import { element, setAttribute, setText } from './element.js';
import { counted } from './format.js';
import { notify } from './notices.js';
import { journalLine } from './plain_text.js';
import { visibleStream } from './visible_stream.js';

const mostLines = 4000;
const statusWords = { connecting: 'connecting…', open: 'live', lost: 'connection lost, trying again…', waiting: 'waits: other tabs use all connections' };

export class LogView {
    #lines = []; // {id, time, source, message, node}
    #ids = new Set();
    #held = []; // came while paused
    #incoming = [];
    #paused = false;
    #following = true;
    #search = '';
    #output = element('div', { class: 'log mono', tabindex: '0', role: 'log', 'aria-live': 'off', 'aria-label': 'Log', scroll: () => this.#onScroll() });
    #status = element('span', { class: 'hint log-status' });
    #count = element('span', { class: 'hint', role: 'status' });
    #pause = button('Pause', () => this.#setPaused(!this.#paused), { 'aria-pressed': 'false' });
    #follow = button('Follow', () => this.#setFollowing(!this.#following), { 'aria-pressed': 'true' });
    #stream;

    /** @param {string} name */
    constructor(name) {
        const search = element('input', { type: 'search', placeholder: 'Search log', 'aria-label': 'Search the log', autocomplete: 'off',
            input: () => this.#filter(search.value) });
        this.node = element('section', { class: 'panel log-panel', 'aria-label': 'Log' },
            element('div', { class: 'panel-head' }, element('h3', {}, 'Log'), this.#status, element('span', { class: 'spring' }), this.#count, search,
                this.#follow, this.#pause, button('Copy', () => this.#copy())),
            this.#output);
        this.#stream = visibleStream(api.logsStream(name), (frame) => this.#onFrame(frame), (status, why) => this.#showStatus(status, why));
    }

    close() { this.#stream.close(); }

    #showStatus(status, why) {
        setText(this.#status, statusWords[status] ?? why);
        setAttribute(this.#status, 'data-status', status);
    }

    #onFrame({ event, data, id }) {
        if (event === 'degraded') {
            this.#stream.close(); // it will not get better by asking again
            this.#showStatus('ended', String(data.message));
            return;
        }
        if (id && this.#ids.has(id)) return; // sent again after a reconnect
        if (id) this.#ids.add(id);
        this.#incoming.push({ id, ...journalLine(data) });
        if (this.#incoming.length === 1) requestAnimationFrame(() => this.#takeIncoming());
    }

    #takeIncoming() {
        const lines = this.#incoming;
        this.#incoming = [];
        if (this.#paused) {
            this.#held = this.#held.concat(lines).slice(-mostLines);
            setText(this.#pause, `Resume (${this.#held.length} new)`);
        } else this.#append(lines);
    }

    #append(lines) {
        const fresh = lines.slice(-mostLines);
        for (const line of fresh) line.node = this.#lineNode(line);
        this.#lines.push(...fresh);
        for (const old of this.#lines.splice(0, Math.max(0, this.#lines.length - mostLines))) {
            old.node.remove();
            this.#ids.delete(old.id);
        }
        this.#output.append(...fresh.map(({ node }) => node));
        this.#showCount();
        if (this.#following) this.#output.scrollTop = this.#output.scrollHeight;
    }

    #lineNode(line) {
        const node = element('div', { class: 'line' }, line.time && element('time', {}, line.time.slice(11, 19), ' '));
        node.append(...marked(line.message, this.#search));
        node.hidden = !this.#matches(line);
        return node;
    }

    #matches({ message }) { return this.#search === '' || message.toLowerCase().includes(this.#search); }

    #filter(text) {
        this.#search = text.toLowerCase();
        for (const line of this.#lines) line.node = this.#lineNode(line);
        this.#output.replaceChildren(...this.#lines.map(({ node }) => node));
        this.#showCount();
        if (this.#following) this.#output.scrollTop = this.#output.scrollHeight;
    }

    #showCount() {
        const found = this.#search === '' ? 0 : this.#lines.filter((line) => this.#matches(line)).length;
        setText(this.#count, this.#search === '' ? '' : counted(found, 'line'));
    }

    #setPaused(paused) {
        this.#paused = paused;
        setAttribute(this.#pause, 'aria-pressed', String(paused));
        setText(this.#pause, paused ? 'Resume' : 'Pause');
        if (paused) return;
        const held = this.#held;
        this.#held = [];
        this.#append(held);
    }

    #setFollowing(following) {
        this.#following = following;
        setAttribute(this.#follow, 'aria-pressed', String(following));
        if (following) this.#output.scrollTop = this.#output.scrollHeight;
    }

    /** Whoever scrolls up wants to read; whoever returns to the end, to follow. */
    #onScroll() {
        const { scrollTop, clientHeight, scrollHeight } = this.#output;
        const atEnd = scrollHeight - scrollTop - clientHeight < 24;
        if (atEnd !== this.#following) this.#setFollowing(atEnd);
    }

    async #copy() {
        const lines = this.#lines.filter((line) => this.#matches(line));
        const text = lines.map(({ time, source, message }) => (time ? `${time} ${source}: ${message}` : message)).join('\n');
        try {
            await navigator.clipboard.writeText(text);
            notify(`${counted(lines.length, 'line')} copied.`, 'done');
        } catch {
            getSelection().selectAllChildren(this.#output);
            notify('The browser does not let this page copy. The log is selected: press Ctrl+C.');
        }
    }
}

const button = (label, click, attributes = {}) => element('button', { type: 'button', class: 'small', click, ...attributes }, label);

/** The message with what was searched for marked. */
function marked(message, search) {
    const parts = [];
    const lower = message.toLowerCase();
    let from = 0;
    for (let at = search ? lower.indexOf(search) : -1; at >= 0; at = lower.indexOf(search, from)) {
        parts.push(message.slice(from, at), element('mark', {}, message.slice(at, at + search.length)));
        from = at + search.length;
    }
    return [...parts, message.slice(from)].filter((part) => part !== '');
}
