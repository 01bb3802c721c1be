// Asks for the bridge's bearer token.

import { showDialog } from './dialog.js';
import { element } from './element.js';
import { Field } from './field.js';

let closeOpen = () => {};

/** Another tab was given the token: this one need not ask any more. */
export const stopAsking = () => closeOpen();

/**
 * @param {boolean} wasWrong there was one already
 * @returns {Promise<string|null>} null: the user has none
 */
export async function askForToken(wasWrong) {
    const field = new Field('Token', element('input', { type: 'password', autocomplete: 'off', autofocus: true }),
        { hint: 'It is in /etc/hal0/http.token on the server, and stays in this tab until it is closed.' });
    if (wasWrong) field.showError('The bridge does not accept this token.');
    let given = null;
    const { close, closed } = showDialog('This bridge wants a token', {
        body: [field.node],
        actions: [element('button', { class: 'primary', type: 'submit' }, 'Use it')],
        onSubmit() {
            given = field.value.trim();
            if (given) close();
            else field.showError('A token is needed.');
        },
    });
    closeOpen = close;
    await closed;
    closeOpen = () => {};
    return given || null;
}
