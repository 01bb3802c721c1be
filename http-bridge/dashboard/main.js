// Wires the page: the slots to the list and the detail, the address to what is shown.

import { createSlot } from './create_dialog.js';
import { DetailView } from './detail_view.js';
import { ListView } from './list_view.js';
import { followSlots } from './live_slots.js';
import { showModels } from './models_dialog.js';
import { announce } from './notices.js';
import { showConnection } from './connection_view.js';
import { message, tone } from './slot_state.js';
import { takeToken, token, wantToken, whenTokenIsGiven } from './token.js';

const main = document.querySelector('main');
/** @type {DetailView|null} */
let detail = null;
let shownName = null;
const spoken = new Map(); // name → the state that was last read out

const slots = followSlots({ onChange, onStatus: (status, why) => showConnection(status, why, () => slots.retryNow()), onTokenWanted, onToken: takeToken });
const list = new ListView(slots.store, {
    onCreate: () => createSlot(slots.store, (name) => { location.hash = `#/slot/${encodeURIComponent(name)}`; }),
    onModels: showModels,
});
main.append(list.node);
whenTokenIsGiven((text) => slots.setToken(text));
if (token()) slots.setToken(token());
addEventListener('hashchange', () => route(true));

function onTokenWanted(refused) {
    if (token() === refused) wantToken(refused); // what the user gives goes to all tabs
    else slots.setToken(token()); // kept from before, and not known to the worker
}

function onChange(changed) {
    list.update(changed);
    changed.forEach(speak);
    if (detail && !slots.store.get(shownName)) location.hash = '#/'; // deleted, by whomever
    else if (changed.has(shownName)) detail?.update();
    if (!detail) route(false);
}

function route(isNavigation) {
    const name = slotInAddress();
    if (name === shownName && (name === null || detail)) return;
    detail?.close();
    detail?.node.remove();
    detail = null;
    const left = shownName;
    shownName = name;
    if (name !== null && slots.store.get(name)) {
        detail = new DetailView(name, slots.store);
        main.append(detail.node);
        detail.update();
        if (isNavigation) detail.focus();
    }
    main.classList.toggle('with-detail', detail !== null);
    list.select(name);
    if (!detail && isNavigation && left) list.focus(left);
}

/** What a person would want to be told: a slot that answers, has failed or has stopped. The steps between are not. */
function speak(name) {
    const slot = slots.store.get(name);
    if (!slot) return spoken.delete(name);
    const before = spoken.get(name);
    const now = tone(slot.state);
    if (now === 'busy') return undefined;
    const kind = ['good', 'active', 'calm'].includes(now) ? 'ready' : slot.state;
    spoken.set(name, kind);
    if (before !== undefined && before !== kind) announce(`${name} is ${kind === 'error' ? `in error: ${message(slot)}` : kind}`);
    return undefined;
}

/** @returns {string|null} */
function slotInAddress() {
    const match = /^#\/slot\/(.+)$/.exec(location.hash);
    try {
        return match && decodeURIComponent(match[1]);
    } catch {
        return null; // somebody typed a lone %
    }
}
