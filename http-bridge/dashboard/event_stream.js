// One server-sent stream that stays: it reconnects, resumes, and says what it is doing. It reads with fetch(), not with
// EventSource, which can send no Authorization header and hides why a connection was refused.

import { SseParser } from './sse_parser.js';

const firstRetry = 250; // ms: a restarted bridge is back at once, its socket never closes
const defaultRetry = 2000; // ms, until the server names its own
const silence = 40_000; // ms: the server comments every 15 s, so this connection is dead though nobody said so

/**
 * @typedef {'connecting'|'open'|'lost'|'refused'|'ended'} StreamStatus
 * @typedef {object} StreamOptions
 * @property {(frame: {event: string, data: any, id: string}) => void} onFrame data is parsed JSON
 * @property {(status: StreamStatus, why: string) => void} [onStatus]
 * @property {() => string|null} [token]
 * @property {(refused: string|null) => void} [onTokenWanted] the bridge wants a token, or another one than this; call retryNow()
 *     when there is one
 * @property {string} [lastEventId] resume after this event
 */
export class EventStream {
    #url;
    #options;
    #parser = new SseParser();
    #abort = null;
    #timer = null;
    #waiting = false; // for the time to try again, or for a token
    #silenceTimer = null;
    #failures = 0;

    /** @param {string} url @param {StreamOptions} options */
    constructor(url, options) {
        this.#url = url;
        this.#options = options;
        this.#parser.lastId = options.lastEventId ?? '';
        this.#connect();
    }

    get lastEventId() { return this.#parser.lastId; }

    close() {
        clearTimeout(this.#timer);
        clearTimeout(this.#silenceTimer);
        this.#waiting = false;
        const abort = this.#abort;
        this.#abort = null;
        abort?.abort();
    }

    /** Connects at once instead of when it would next try, unless it is connected. */
    retryNow() {
        if (!this.#waiting) return;
        clearTimeout(this.#timer);
        this.#connect();
    }

    async #connect() {
        this.#waiting = false;
        const abort = new AbortController();
        this.#abort = abort;
        this.#status('connecting', '');
        this.#expectMore(abort); // a bridge that hangs takes connections, and answers none
        try {
            const token = this.#options.token?.() ?? null;
            const response = await fetch(this.#url, { headers: this.#headers(token), signal: abort.signal, cache: 'no-store' });
            if (!response.ok) return await this.#refused(response, token, abort);
            await this.#read(response, abort);
            if (this.#abort === abort) this.#retry('lost', 'the connection was closed');
        } catch (error) {
            if (this.#abort === abort) this.#retry('lost', error.message);
        }
    }

    #headers(token) {
        const last = this.#parser.lastId;
        return {
            Accept: 'text/event-stream',
            ...(token ? { Authorization: `Bearer ${token}` } : {}),
            ...(last ? { 'Last-Event-ID': last } : {}),
        };
    }

    async #refused(response, token, abort) {
        const body = await response.json().catch(() => null);
        if (this.#abort !== abort) return;
        const why = body?.error?.message ?? `HTTP ${response.status}`;
        if (response.status === 401) {
            clearTimeout(this.#silenceTimer);
            this.#waiting = true;
            this.#status('refused', why);
            this.#options.onTokenWanted?.(token);
        } else if (response.status >= 500) {
            this.#retry('lost', why, Number(response.headers.get('Retry-After')) * 1000);
        } else {
            this.close();
            this.#status('ended', why);
        }
    }

    async #read(response, abort) {
        const last = this.#parser.lastId;
        this.#parser = new SseParser(); // half an event of the old connection is worth nothing
        this.#parser.lastId = last;
        this.#status('open', '');
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (;;) {
            const { value, done } = await reader.read();
            if (done || this.#abort !== abort) return;
            this.#failures = 0;
            this.#expectMore(abort);
            for (const frame of this.#parser.push(value)) {
                this.#options.onFrame({ ...frame, data: JSON.parse(frame.data) });
                if (this.#abort !== abort) return;
            }
        }
    }

    #expectMore(abort) {
        clearTimeout(this.#silenceTimer);
        this.#silenceTimer = setTimeout(() => {
            if (this.#abort !== abort) return;
            abort.abort();
            this.#retry('lost', 'the bridge has been silent for too long');
        }, silence);
    }

    /** Nothing tells when a server is back, so this has to try. */
    #retry(status, why, atLeast = 0) {
        clearTimeout(this.#silenceTimer);
        this.#abort?.abort();
        this.#abort = null;
        this.#failures += 1;
        const usual = this.#failures === 1 ? firstRetry : this.#parser.retry ?? defaultRetry;
        this.#waiting = true;
        this.#timer = setTimeout(() => this.#connect(), Math.max(usual, atLeast || 0));
        this.#status(status, why);
    }

    #status(status, why) { this.#options.onStatus?.(status, why); }
}
