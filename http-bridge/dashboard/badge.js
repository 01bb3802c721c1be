// The state of a slot as a coloured word.

import { element, setAttribute, setText } from './element.js';
import { tone } from './slot_state.js';

export function stateBadge() {
    return element('span', { class: 'badge' }, element('span', { class: 'dot', 'aria-hidden': 'true' }), element('span', { class: 'word' }));
}

/** @param {Element} badge @param {string} state */
export function showState(badge, state) {
    setAttribute(badge, 'data-tone', tone(state));
    setText(badge.lastElementChild, state);
}
