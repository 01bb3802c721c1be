// What happened, said once: errors stay until they are dismissed, and changes of state are read out by screen readers,
// a few at a time.

import { element } from './element.js';
import { plainText } from './plain_text.js';

const mostNotices = 4;
const pause = 1500; // ms between announcements: a screen reader that is interrupted by each change says nothing
const area = () => document.getElementById('notices');
const announcer = () => document.getElementById('announcer');

/** @param {string} message @param {'error'|'done'} [kind] */
export function notify(message, kind = 'error') {
    const close = () => notice.remove();
    const notice = element('div', { class: `notice ${kind}`, role: kind === 'error' ? 'alert' : 'status' },
        element('p', {}, plainText(message)),
        element('button', { type: 'button', class: 'quiet icon', 'aria-label': 'Dismiss', click: close }, '✕'));
    area().append(notice);
    while (area().children.length > mostNotices) area().firstElementChild.remove();
    if (kind === 'done') setTimeout(close, 5000); // it is read by then, and says nothing that the page does not show
}

/** @type {string[]} */
let waiting = [];
let timer = null;

/** @param {string} sentence */
export function announce(sentence) {
    waiting.push(sentence);
    timer ??= setTimeout(sayWaiting, 200);
}

function sayWaiting() {
    const sentences = waiting;
    waiting = [];
    const rest = sentences.length - 3;
    announcer().textContent = sentences.slice(0, 3).join('. ') + (rest > 0 ? `, and ${rest} more changes` : '');
    timer = setTimeout(() => {
        timer = null;
        if (waiting.length) sayWaiting();
    }, pause);
}
