// A text field for TOML with line numbers, and an error at its line.

import { element, setText, uniqueId } from './element.js';

export class TomlEditor {
    #numbers = element('div', { class: 'numbers', 'aria-hidden': 'true' });
    #error = element('p', { class: 'form-error', role: 'alert', id: uniqueId('toml-error') });
    #wrongLine = 0;
    #shown = '';

    constructor() {
        this.area = element('textarea', { class: 'mono', spellcheck: 'false', autocapitalize: 'none', autocomplete: 'off', wrap: 'off', rows: '18',
            'aria-label': 'TOML of the slot', 'aria-describedby': this.#error.id,
            input: () => this.showError('', 0), scroll: () => { this.#numbers.scrollTop = this.area.scrollTop; } });
        this.node = element('div', {}, element('div', { class: 'toml-editor' }, this.#numbers, this.area), this.#error);
    }

    get text() { return this.area.value; }

    set text(text) {
        this.area.value = text;
        this.#number();
    }

    /** @param {string} message @param {number} line counts from 1; 0: none in particular */
    showError(message, line) {
        setText(this.#error, message && line ? `Line ${line}: ${message}` : message);
        this.area.toggleAttribute('aria-invalid', false);
        if (message) this.area.setAttribute('aria-invalid', 'true');
        this.#wrongLine = line;
        this.#number();
        if (line) this.#goTo(line);
    }

    #number() {
        const lines = this.area.value.split('\n').length;
        const key = `${lines}/${this.#wrongLine}`;
        if (key === this.#shown) return;
        this.#shown = key;
        this.#numbers.replaceChildren(...Array.from({ length: lines }, (_, i) =>
            element('div', { class: i + 1 === this.#wrongLine ? 'wrong' : null }, i + 1)));
    }

    #goTo(line) {
        const lines = this.area.value.split('\n');
        const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
        this.area.focus();
        this.area.setSelectionRange(start, start + (lines[line - 1] ?? '').length);
        const height = this.area.scrollHeight / Math.max(lines.length, 1);
        this.area.scrollTop = Math.max(0, (line - 4) * height);
    }
}
