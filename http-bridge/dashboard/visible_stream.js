// A stream that is open only while its tab is seen: a hidden one keeps no connection and resumes where it stopped.

import { EventStream } from './event_stream.js';
import { withPermit } from './stream_permit.js';
import { token, wantToken } from './token.js';

/**
 * @param {string} url
 * @param {(frame: {event: string, data: any, id: string}) => void} onFrame
 * @param {(status: string, why: string) => void} [onStatus] also 'waiting': other tabs use all connections
 * @returns {{close: () => void}}
 */
export function visibleStream(url, onFrame, onStatus = () => {}) {
    let opened = null;
    let lastEventId = '';

    const connect = () => {
        const stream = new EventStream(url, {
            lastEventId,
            token,
            onStatus,
            onTokenWanted: async (refused) => (await wantToken(refused)) && stream.retryNow(),
            onFrame(frame) {
                lastEventId = frame.id;
                onFrame(frame);
            },
        });
        return stream;
    };
    const open = () => { opened ??= withPermit(connect, () => onStatus('waiting', '')); };
    const close = () => {
        opened?.close();
        opened = null;
    };
    const follow = () => (document.hidden ? close() : open());

    document.addEventListener('visibilitychange', follow);
    follow();
    return {
        close() {
            document.removeEventListener('visibilitychange', follow);
            close();
        },
    };
}
