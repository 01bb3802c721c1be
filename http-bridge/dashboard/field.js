// A form's field: its label, its control, a hint, and its error beside it, tied together for screen readers.

import { element, setAttribute, setText, uniqueId } from './element.js';

export class Field {
    /**
     * @param {string} label
     * @param {HTMLInputElement|HTMLSelectElement|HTMLTextAreaElement} control
     * @param {{hint?: string, mono?: boolean}} [options]
     */
    constructor(label, control, { hint = '' } = {}) {
        this.control = control;
        control.id = uniqueId('field');
        this.hint = element('span', { class: 'hint', id: `${control.id}-hint` }, hint);
        this.error = element('span', { class: 'field-error', id: `${control.id}-error`, role: 'alert' });
        const isCheck = control.type === 'checkbox';
        const name = element('label', { for: control.id }, label);
        this.node = element('div', { class: isCheck ? 'field check' : 'field' },
            ...(isCheck ? [control, name] : [name, control]), this.hint, this.error);
        setAttribute(control, 'aria-describedby', `${this.hint.id} ${this.error.id}`);
        control.addEventListener('input', () => this.showError(''));
    }

    get value() { return this.control.type === 'checkbox' ? this.control.checked : this.control.value; }

    set value(value) {
        if (this.control.type === 'checkbox') this.control.checked = Boolean(value);
        else this.control.value = value ?? '';
    }

    showHint(text) { setText(this.hint, text); }

    /** @param {string} message empty: nothing is wrong */
    showError(message) {
        setText(this.error, message);
        setAttribute(this.control, 'aria-invalid', message ? 'true' : null);
    }
}

/** A text field for a whole number; no spin buttons, and what is no number is left to the server to refuse. */
export const numberInput = (attributes = {}) => element('input', { type: 'text', inputmode: 'numeric', autocomplete: 'off', ...attributes });

export const textInput = (attributes = {}) =>
    element('input', { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', ...attributes });

/** @param {[value: string, label: string][]} options @param {string} [selected] */
export function selectOf(options, selected = '', attributes = {}) {
    const select = element('select', attributes);
    fillSelect(select, options, selected);
    return select;
}

/** A value that is not among the options stays, as itself. */
export function fillSelect(select, options, selected = '') {
    const all = options.some(([value]) => value === selected) ? options : [[selected, selected], ...options];
    select.replaceChildren(...all.map(([value, label]) => element('option', { value, selected: value === selected }, label)));
}

/** "4096" → 4096; what is no whole number stays a text, which the server refuses in its own words; empty → undefined. */
export function numberOf(text) {
    const trimmed = text.trim();
    if (trimmed === '') return undefined;
    return /^-?\d{1,15}$/.test(trimmed) ? Number(trimmed) : trimmed;
}
