// The optional bearer token: kept for this tab's session, asked for once, whoever needs it first.

import { askForToken, stopAsking } from './token_dialog.js';

const place = 'hal0.token';
let asking = null;
let onGiven = () => {};

export const token = () => sessionStorage.getItem(place);

/** @param {string} text that another tab was given */
export function takeToken(text) {
    if (text === token()) return; // what is asked for now is another one
    sessionStorage.setItem(place, text);
    stopAsking();
}

/** @param {(token: string) => void} listener is told a token that the user gives */
export function whenTokenIsGiven(listener) {
    onGiven = listener;
}

/**
 * Asks for a token, unless somebody has got another one since.
 * @param {string|null} refused the token that did not work
 * @returns {Promise<boolean>} false if the user does not give one
 */
export function wantToken(refused) {
    if (token() !== refused) return Promise.resolve(true);
    asking ??= ask(refused).finally(() => { asking = null; });
    return asking;
}

async function ask(refused) {
    const text = await askForToken(refused !== null);
    if (!text) return token() !== refused;
    sessionStorage.setItem(place, text);
    onGiven(text);
    return true;
}
