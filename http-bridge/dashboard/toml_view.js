// The slot's file as it is on disk, comments and all, with what the running container has instead beside its line.

import { differenceOfLine } from './drift.js';
import { element } from './element.js';
import { plainLine } from './plain_text.js';
import { tomlLine } from './toml_lines.js';

export class TomlView {
    node = element('ol', { class: 'toml mono', tabindex: '0', role: 'list', 'aria-label': 'TOML on disk' });
    #text = '';
    #diffs = '';
    #errorLine = null;

    /**
     * @param {string} text
     * @param {import('./drift.js').Difference[]} diffs
     * @param {number|null} errorLine counts from 1
     */
    update(text, diffs, errorLine = null) {
        const key = JSON.stringify(diffs);
        if (text === this.#text && key === this.#diffs && errorLine === this.#errorLine) return;
        this.#text = text;
        this.#diffs = key;
        this.#errorLine = errorLine;
        const lines = text.replace(/\n$/, '').split('\n');
        this.node.replaceChildren(...lines.map((line, i) => lineNode(line, diffs, i + 1 === errorLine)));
    }
}

function lineNode(line, diffs, isWrong) {
    const { parts, assignment } = tomlLine(line);
    const diff = assignment && differenceOfLine(assignment, diffs);
    return element('li', { class: isWrong ? 'wrong' : diff ? 'drifted' : null },
        element('code', {}, ...parts.map(({ kind, text }) => element('span', { class: kind }, plainLine(text)))),
        diff && element('span', { class: 'was' }, `running: ${plainLine(diff.running || 'not set')}`));
}
