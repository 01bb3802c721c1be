// The text/event-stream format, incrementally (https://html.spec.whatwg.org/multipage/server-sent-events.html).

const longestEvent = 8 * 1024 * 1024; // characters; a snapshot of thousands of slots is smaller

/** Turns chunks of text into events. Fields of an unfinished event wait for the next chunk. */
export class SseParser {
    #rest = '';
    #event = '';
    #data = [];
    #size = 0;
    /** The id of the last event, to resume from. */
    lastId = '';
    /** How long the server wants a client to wait before it reconnects, in ms, or null. */
    retry = null;

    /**
     * @param {string} chunk
     * @returns {{event: string, data: string, id: string}[]} the events that this chunk completes
     * @throws {RangeError} if the server sends an event without end
     */
    push(chunk) {
        const lines = (this.#rest + chunk).split(/\r\n|\n|\r(?!$)/);
        this.#rest = lines.pop();
        const events = [];
        for (const line of lines) {
            if (line === '') this.#complete(events);
            else this.#field(line);
        }
        if (this.#rest.length + this.#size > longestEvent) throw new RangeError('an event is too long');
        return events;
    }

    #complete(events) {
        if (this.#data.length) events.push({ event: this.#event || 'message', data: this.#data.join('\n'), id: this.lastId });
        this.#event = '';
        this.#data = [];
        this.#size = 0;
    }

    #field(line) {
        const colon = line.indexOf(':');
        if (colon === 0) return; // a comment: the server is alive
        const name = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (name === 'event') this.#event = value;
        else if (name === 'data') {
            this.#data.push(value);
            this.#size += value.length;
        } else if (name === 'id' && !value.includes('\0')) this.lastId = value;
        else if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
    }
}
