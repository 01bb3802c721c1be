// The one connection to /api/stream/slots, and everything it has told. It runs in the shared worker or, where a browser
// has none, in the page.

import { EventStream } from './event_stream.js';
import { SlotsStore } from './slots_store.js';

/**
 * @param {{onFrame: (frame: any) => void, onStatus: (status: string, why: string) => void, onTokenWanted: (refused: string|null) => void}} listener
 * @param {string|null} token
 */
export function openSlotsFeed(listener, token = null) {
    const store = new SlotsStore();
    let status = ['connecting', ''];
    const stream = new EventStream('/api/stream/slots', {
        token: () => token,
        onTokenWanted: (refused) => (token === refused ? listener.onTokenWanted(refused) : stream.retryNow()), // given meanwhile
        onStatus(...now) {
            status = now;
            listener.onStatus(...now);
        },
        onFrame(frame) {
            store.apply(frame);
            listener.onFrame({ event: frame.event, data: frame.data });
        },
    });
    return {
        get status() { return status; },
        get token() { return token; },
        snapshot: () => store.snapshot(),
        retryNow: () => stream.retryNow(),
        close: () => stream.close(),
        /** @param {string} text a token that worked, or that the user gave */
        setToken(text) {
            token = text;
            stream.retryNow();
        },
    };
}
