// What the buttons do to a slot. The outcome is pushed as the slot's state; only what is refused is told here.

import { api } from './api.js';
import { whileBusy } from './dialog.js';
import { element } from './element.js';
import { notify } from './notices.js';

const requests = { load: api.load, unload: api.unload, restart: api.restart, pull: api.pull };

/** @param {HTMLButtonElement} button @param {keyof requests} action @param {string} name */
export function perform(button, action, name) {
    return whileBusy(button, async () => {
        try {
            await requests[action](name);
        } catch (error) {
            notify(`${name}: ${error.message}`);
        }
    });
}

/** @param {string} label @param {() => void} onClick */
export function actionButton(label, onClick, attributes = {}) {
    return element('button', { type: 'button', click: onClick, ...attributes }, label);
}
