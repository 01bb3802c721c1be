// Modal dialogs on the browser's own <dialog>, which keeps the focus inside, closes on Escape and gives the focus back.

import { element, uniqueId } from './element.js';

/**
 * Shows a dialog until it is closed.
 * @param {string} title
 * @param {object} parts
 * @param {Node[]} parts.body
 * @param {Node[]} [parts.actions] buttons behind the one that does nothing
 * @param {(event: SubmitEvent) => void|Promise<void>} [parts.onSubmit] the default button, or Enter in a field
 * @param {boolean} [parts.wide]
 * @param {string} [parts.dismiss] the button that does nothing
 * @returns {{dialog: HTMLDialogElement, close: () => void, closed: Promise<void>}}
 */
export function showDialog(title, { body, actions = [], onSubmit, wide = false, dismiss = 'Cancel' }) {
    const titleId = uniqueId('dialog');
    const close = () => dialog.close();
    const form = element('form', { novalidate: true, submit: (event) => {
        event.preventDefault();
        onSubmit?.(event);
    } },
    element('header', { class: 'dialog-head' },
        element('h2', { id: titleId }, title),
        element('button', { type: 'button', class: 'quiet icon', 'aria-label': 'Close', click: close }, '✕')),
    element('div', { class: 'dialog-body' }, ...body),
    element('footer', { class: 'dialog-foot' },
        element('button', { type: 'button', click: close }, dismiss), ...actions));
    const dialog = element('dialog', { class: wide ? 'wide' : null, 'aria-labelledby': titleId }, form);
    const closed = new Promise((resolve) => dialog.addEventListener('close', () => {
        dialog.remove();
        resolve();
    }));
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector('[autofocus]') ?? dialog.querySelector('input, select, textarea'))?.focus();
    return { dialog, close, closed };
}

/** While `work` runs, the button cannot be pressed again. */
export async function whileBusy(button, work) {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true'); // not `disabled`, which would lose the focus
    button.classList.add('working');
    try {
        await work();
    } finally {
        button.removeAttribute('aria-disabled');
        button.classList.remove('working');
    }
}
