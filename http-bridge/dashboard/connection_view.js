// Whether what is shown is still true: the state of the connection to the bridge.

import { setAttribute, setText } from './element.js';

const words = { connecting: 'Connecting…', open: 'Live', refused: 'Needs a token', lost: 'Connection lost', ended: 'Refused' };
let lastWord = '';

/** @param {string} status @param {string} why @param {() => void} retryNow */
export function showConnection(status, why, retryNow) {
    const node = document.getElementById('connection');
    const banner = document.getElementById('lost');
    // Each attempt to reconnect passes through "connecting"; until one succeeds, it is lost.
    const word = status === 'connecting' && lastWord === 'lost' ? 'lost' : status;
    if (word === lastWord && banner.dataset.why === why) return;
    lastWord = word;
    setAttribute(node, 'data-status', word);
    setText(node.lastElementChild, words[word] ?? word);
    banner.hidden = word !== 'lost' && word !== 'ended';
    document.body.classList.toggle('is-stale', !banner.hidden);
    if (banner.hidden) return;
    setAttribute(banner, 'data-why', why);
    if (why) setText(banner.firstElementChild, `The connection to the bridge is lost (${why}). What is below may be out of date; it reconnects by itself.`);
    banner.querySelector('button').onclick = retryNow;
}
