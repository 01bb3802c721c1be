// Requests to the bridge (http-api.md). Every failure is an ApiError with a sentence for people.

import { token, wantToken } from './token.js';

export class ApiError extends Error {
    /** @param {number} status 0: no answer @param {string} code @param {string} message @param {Record<string, any>} details */
    constructor(status, code, message, details = {}) {
        super(message);
        this.status = status;
        this.code = code;
        this.details = details;
    }

    /** What is wrong with the fields of a request: the last word of each location, and the message. */
    get fields() {
        return (this.details.fields ?? []).map(({ loc, msg }) => ({ path: loc.filter((part) => part !== 'body').join('.'), message: msg }));
    }
}

const slotPath = (name, rest = '') => `/api/slots/${encodeURIComponent(name)}${rest}`;

// What a slot does after a request is pushed; waiting for it would keep one of the browser's few connections.
const dontWait = '?wait=0';

// A swap that fails brings the old model back, and only its answer says so.
const swapWait = '?wait=600';

export const api = {
    models: () => request('GET', '/api/models').then(({ models }) => models),
    addModel: (id, path) => request('POST', '/api/models', { id, path }),
    removeModel: (id) => request('DELETE', `/api/models/${encodeURIComponent(id)}`),
    profiles: () => request('GET', '/api/profiles'),
    hardware: () => request('GET', '/api/hardware'),
    create: (slot) => request('POST', '/api/slots', slot),
    load: (name) => request('POST', slotPath(name, `/load${dontWait}`), {}),
    unload: (name) => request('POST', slotPath(name, `/unload${dontWait}`)),
    restart: (name) => request('POST', slotPath(name, `/restart${dontWait}`)),
    swap: (name, model, persist) => request('POST', slotPath(name, `/swap${swapWait}`), { model_id: model, persist }),
    remove: (name) => request('DELETE', slotPath(name)),
    pull: (name) => request('POST', slotPath(name, '/pull')),
    config: (name) => request('GET', slotPath(name, '/config')),
    configText: (name) => request('GET', slotPath(name, '/config?format=toml'), undefined, 'text'),
    changeConfig: (name, changes) => request('PUT', slotPath(name, '/config'), changes),
    /** @param {string} replaces sha256 of the text that was edited, or '' for whatever is there */
    writeConfigText: (name, text, replaces) =>
        request('PUT', slotPath(name, `/config?format=toml${replaces ? `&replaces=${replaces}` : ''}`), text),
    resolved: (name) => request('GET', slotPath(name, '/resolved')),
    events: (name) => request('GET', `/api/events?slot=${encodeURIComponent(name)}&limit=100`),
    logsStream: (name) => slotPath(name, '/logs/stream?lines=500'),
    pullStream: (name) => slotPath(name, '/pull/stream'),
    eventsStream: (name) => `/api/events/stream?slot=${encodeURIComponent(name)}`,
};

/**
 * @param {unknown} [body] an object is sent as JSON, a string as it is
 * @param {'json'|'text'} [as]
 */
async function request(method, path, body, as = 'json') {
    const used = token();
    const response = await send(method, path, body, used);
    if (response.ok) return as === 'text' ? response.text() : response.json();
    const error = await errorOf(response);
    if (response.status === 401 && (await wantToken(used))) return request(method, path, body, as);
    throw error;
}

async function send(method, path, body, used) {
    const headers = used ? { Authorization: `Bearer ${used}` } : {};
    if (body !== undefined) headers['Content-Type'] = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
    try {
        return await fetch(path, { method, headers, body: typeof body === 'string' ? body : JSON.stringify(body), cache: 'no-store' });
    } catch {
        throw new ApiError(0, 'network', 'The bridge does not answer; nothing is known to have changed. See: systemctl status hal0-http');
    }
}

async function errorOf(response) {
    const body = await response.json().catch(() => null);
    const { code, message, details } = body?.error ?? {};
    return new ApiError(response.status, code ?? 'unknown', message ?? `The bridge answered with HTTP ${response.status}.`, details);
}
