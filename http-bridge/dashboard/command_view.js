// The command that a start would run: each argument, and what set it.

import { element } from './element.js';
import { plainLine } from './plain_text.js';

const words = { base: 'hal0', profile: 'profile', extra_args: 'extra_args', slot: 'slot' };

/** @typedef {{flag: string, value: string|null, source: string}} Argument */

const row = ({ flag, value, source }, kind, className) => element('li', { class: className, title: kind === 'del' ? 'Set again later: not used' : null },
    element(kind, { class: 'flag' }, plainLine(flag ?? '')), ' ',
    element(kind, { class: 'value' }, plainLine(value ?? '')), ' ',
    element('span', { class: 'tag', 'data-source': source }, words[source] ?? plainLine(source)));

export class CommandView {
    #list = element('ol', { class: 'command mono', role: 'list' });
    #image = element('p', { class: 'image mono' });

    constructor() {
        this.node = element('div', {}, this.#image, this.#list);
    }

    /**
     * @param {{argv?: string[], provenance?: Argument[], removed?: Argument[]}} resolved removed: what something has set again later
     * @param {import('./drift.js').Difference[]} diffs
     */
    update({ argv = [], provenance = [], removed = [] }, diffs) {
        const drifted = new Set(diffs.map(({ key }) => key));
        this.#image.textContent = plainLine(argv[0] ?? '');
        this.#image.classList.toggle('drifted', drifted.has('image'));
        this.#list.replaceChildren(
            ...provenance.map((argument) => row(argument, 'span', drifted.has(argument.flag) ? 'drifted' : null)),
            ...removed.map((argument) => row(argument, 'del', 'overridden')));
    }

    showError(message) {
        this.#image.textContent = plainLine(message);
        this.#list.replaceChildren();
    }
}
