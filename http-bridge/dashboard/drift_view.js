// What a restart would change: running value beside the one on disk.

import { element } from './element.js';
import { plainLine } from './plain_text.js';

export class DriftView {
    #rows = element('tbody');
    #shown = '';

    /** @param {HTMLElement} restart the button that applies it */
    constructor(restart) {
        this.node = element('section', { class: 'panel drift', hidden: true, 'aria-label': 'What a restart would change' },
            element('div', { class: 'panel-head' }, element('h3', {}, 'A restart would change this'), restart),
            element('div', { class: 'scroll-x' }, element('table', { class: 'plain' },
                element('thead', {}, element('tr', {}, ...['Setting', 'Running', 'On disk'].map((text) => element('th', { scope: 'col' }, text)))),
                this.#rows)));
    }

    /** @param {import('./drift.js').Difference[]} diffs */
    update(diffs) {
        const key = JSON.stringify(diffs);
        if (key === this.#shown) return;
        this.#shown = key;
        this.node.hidden = diffs.length === 0;
        const cell = (name, text) => element('td', { class: `mono ${name}` }, text === '' ? element('i', {}, 'not set') : plainLine(text));
        this.#rows.replaceChildren(...diffs.map(({ key: setting, running, rendered }) => element('tr', {},
            element('th', { scope: 'row', class: 'mono' }, plainLine(setting)), cell('running', running), cell('rendered', rendered))));
    }
}
