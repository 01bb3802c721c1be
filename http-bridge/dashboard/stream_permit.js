// Streams of a detail view (log, events, pull) share what the browser leaves: six connections to a server over all tabs,
// less one for the slots and one for requests. Web Locks count them across tabs, and free those of a closed tab.

const permits = ['hal0-stream-1', 'hal0-stream-2', 'hal0-stream-3', 'hal0-stream-4'];

/**
 * Runs `open` once a connection may be used, at once if one is free.
 * @param {() => {close: () => void}} open
 * @param {() => void} onWaiting all are in use by other tabs
 * @returns {{close: () => void}} closes what was opened, or stops waiting
 */
export function withPermit(open, onWaiting = () => {}) {
    if (!navigator.locks) return open(); // not a secure context: only a page on another host than localhost
    const abort = new AbortController();
    acquire(abort.signal, onWaiting, () => {
        if (abort.signal.aborted) return undefined;
        const stream = open();
        return new Promise((release) => {
            abort.signal.addEventListener('abort', () => {
                stream.close();
                release();
            });
        });
    });
    return { close: () => abort.abort() };
}

async function acquire(signal, onWaiting, hold) {
    for (const permit of permits) {
        const held = await tryNow(permit, hold);
        if (held || signal.aborted) return;
    }
    onWaiting();
    // Any of them will do, and tabs that wait spread over all of them.
    const permit = permits[Math.floor(Math.random() * permits.length)];
    navigator.locks.request(permit, { signal }, hold).catch((error) => {
        if (error.name !== 'AbortError') throw error;
    });
}

/** @returns {Promise<boolean>} whether the lock was free; it is then held for as long as `hold` wants */
function tryNow(permit, hold) {
    return new Promise((resolve) => {
        navigator.locks.request(permit, { ifAvailable: true }, (lock) => {
            resolve(lock !== null);
            return lock ? hold() : undefined;
        });
    });
}
