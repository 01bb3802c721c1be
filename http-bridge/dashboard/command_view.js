// The command that a start would run: each argument, and what set it.

import { element } from './element.js';
import { plainLine } from './plain_text.js';

const words = { base: 'hal0', profile: 'profile', extra_args: 'extra_args', slot: 'slot' };

export class CommandView {
    #list = element('ol', { class: 'command mono', role: 'list' });
    #image = element('p', { class: 'image mono' });

    constructor() {
        this.node = element('div', {}, this.#image, this.#list);
    }

    /**
     * @param {{argv?: string[], provenance?: {flag: string, value: string|null, source: string}[]}} resolved
     * @param {import('./drift.js').Difference[]} diffs
     */
    update({ argv = [], provenance = [] }, diffs) {
        const drifted = new Set(diffs.map(({ key }) => key));
        this.#image.textContent = plainLine(argv[0] ?? '');
        this.#image.classList.toggle('drifted', drifted.has('image'));
        this.#list.replaceChildren(...provenance.map(({ flag, value, source }) => element('li', { class: drifted.has(flag) ? 'drifted' : null },
            element('span', { class: 'flag' }, plainLine(flag ?? '')), ' ',
            element('span', { class: 'value' }, plainLine(value ?? '')), ' ',
            element('span', { class: 'tag', 'data-source': source }, words[source] ?? plainLine(source)))));
    }

    showError(message) {
        this.#image.textContent = plainLine(message);
        this.#list.replaceChildren();
    }
}
