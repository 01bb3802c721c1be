// The slots as this tab sees them: told by the shared worker, or by a connection of the tab's own.

import { openSlotsFeed } from './slots_feed.js';
import { SlotsStore } from './slots_store.js';

/**
 * @param {object} listener
 * @param {(changed: Set<string>, frames: any[]) => void} listener.onChange once per animation frame, so not in a hidden tab
 * @param {(status: string, why: string) => void} listener.onStatus
 * @param {(refused: string|null) => void} listener.onTokenWanted the bridge wants a token, or another one than this
 * @param {(token: string) => void} listener.onToken another tab was given it
 */
export function followSlots(listener) {
    const store = new SlotsStore();
    const changed = new Set();
    let scheduled = false;

    function flush() {
        scheduled = false;
        const names = new Set(changed);
        changed.clear();
        listener.onChange(names);
    }

    function onFrame(frame) {
        const first = !store.known;
        store.apply(frame).forEach((name) => changed.add(name));
        if (scheduled || !(changed.size || first)) return;
        scheduled = true;
        requestAnimationFrame(flush);
    }

    const connect = 'SharedWorker' in globalThis ? throughWorker : throughOwnConnection;
    return { store, ...connect({ ...listener, onFrame }) };
}

function throughWorker(listener) {
    const answers = {
        frame: ({ frame }) => listener.onFrame(frame),
        status: ({ status, why }) => listener.onStatus(status, why),
        'token-wanted': ({ refused }) => listener.onTokenWanted(refused),
        token: ({ token }) => listener.onToken(token),
    };
    let port;
    const connect = () => {
        port = new SharedWorker('/dashboard/slots_worker.js', { type: 'module', name: 'hal0-slots' }).port;
        port.onmessage = ({ data }) => answers[data.kind]?.(data);
    };
    connect();
    // A page that the browser keeps for the back button counts as gone until it is shown again.
    addEventListener('pagehide', () => port.postMessage({ kind: 'bye' }));
    addEventListener('pageshow', (event) => event.persisted && connect());
    addEventListener('online', () => port.postMessage({ kind: 'retry' }));
    return {
        retryNow: () => port.postMessage({ kind: 'retry' }),
        setToken: (token) => port.postMessage({ kind: 'token', token }),
    };
}

/** Without a worker each tab holds a connection, so only a visible one does. The snapshot catches up. */
function throughOwnConnection(listener) {
    let token = null;
    let feed = null;
    const open = () => {
        feed ??= openSlotsFeed(listener, token);
    };
    const close = () => {
        feed?.close();
        feed = null;
    };
    open();
    document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
    addEventListener('online', () => feed?.retryNow());
    return {
        retryNow: () => feed?.retryNow(),
        setToken(text) {
            token = text;
            feed?.setToken(text);
        },
    };
}
