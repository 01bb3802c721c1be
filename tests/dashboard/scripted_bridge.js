// A bridge whose slots are in memory: it speaks the contract (http-api.md), and a test decides what happens.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';

const folder = new URL('../../http-bridge/dashboard/', import.meta.url);
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; worker-src 'self'";
const contentTypes = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

export class Refusal extends Error {
    constructor(status, code, message, details = {}) {
        super(message);
        Object.assign(this, { status, code, details });
    }
}

/** A slot as http-api.md, section 2, (B) has it. */
export function slotObject(name, changes = {}) {
    const { message = '', updated_at = Date.now() / 1000 - 60, ...rest } = changes;
    const state = rest.state ?? 'offline';
    const up = !['offline', 'error'].includes(state);
    return {
        name, state, status: state, port: 8081, model_id: 'qwen3-8b', backend: 'vulkan', provider: 'llama-server', kind: 'local',
        metadata: { updated_at, message, provider: 'llama-server', backend: 'vulkan', restarts: 0 }, last_used_at: null, models: [],
        config_drift: { drifted: false, diffs: [] }, type: 'llm', device: 'gpu-vulkan', group: 'chat', model_default: 'qwen3-8b', labels: [],
        enabled: true, loaded: up, ctx_max: 4096, n_gpu_layers: -1, idle_timeout_s: 0, llamacpp_args: null,
        container_status: state === 'error' ? 'crashed' : up ? 'running' : 'stopped', container_health: state === 'ready', runtime: 'container',
        profile: 'vulkan', image: 'ghcr.io/ggml-org/llama.cpp:server-vulkan', device_class: 'gpu', image_status: 'present', image_mismatch: false,
        mem_mb: up ? 5120 : 0, metrics: { toks: 0, ttft: null, ctx: 4096, kv: null, mem: 0 }, ...rest,
    };
}

export class ScriptedBridge {
    slots = new Map();
    toml = new Map();
    metrics = {};
    events = [];
    requests = []; // "METHOD path"
    models = [{ id: 'qwen3-8b', size_bytes: 5.03e9, installed: true }, { id: 'gemma3-4b', size_bytes: 2.5e9, installed: true }];
    refuse = null; // (method, path, body) → Refusal, or nothing
    token = null;
    loading = 30; // ms that a load takes
    streams = new Set();
    #server = createServer((request, response) => this.#answer(request, response));
    #sockets = new Set();
    #port = 0;
    #lastId = 0;

    constructor() {
        this.#server.on('connection', (socket) => {
            this.#sockets.add(socket);
            socket.on('close', () => this.#sockets.delete(socket));
        });
    }

    async listen() {
        await new Promise((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
        this.#port = this.#server.address().port;
        this.url = `http://localhost:${this.#port}`;
        return this;
    }

    /** As a bridge that dies: all connections break. listen() brings it back. */
    async stop() {
        const closed = new Promise((resolve) => this.#server.close(resolve));
        this.#sockets.forEach((socket) => socket.destroy());
        await closed;
    }

    // --- what a test makes happen ---

    put(name, changes = {}) {
        const old = this.slots.get(name);
        const metadata = 'message' in changes || 'state' in changes ? { ...old?.metadata, message: changes.message ?? '', updated_at: Date.now() / 1000 } : old?.metadata;
        const slot = slotObject(name, { ...old, ...changes, ...(old ? { metadata } : {}) });
        if (changes.state) {
            slot.status = changes.state;
            slot.container_status = { error: 'crashed', offline: 'stopped' }[changes.state] ?? 'running';
        }
        this.slots.set(name, slot);
        if (!this.toml.has(name)) this.toml.set(name, `# The slot ${name}\nport = ${slot.port}\n\n[model]\ndefault = "${slot.model_id}"\ncontext_size = 4096 # tokens\n`);
        if (old && old.state !== slot.state) this.#event(name, old.state, slot.state, slot.metadata.message);
        this.#push('/api/stream/slots', 'slot', slot);
        return slot;
    }

    remove(name) {
        this.slots.delete(name);
        this.toml.delete(name);
        this.#push('/api/stream/slots', 'removed', { name });
    }

    measure(metrics) {
        this.metrics = metrics;
        this.#push('/api/stream/slots', 'metrics', metrics);
    }

    log(name, ...lines) { lines.forEach((line) => this.#push(`/api/slots/${name}/logs/stream`, null, line)); }

    open(path) { return [...this.streams].filter((stream) => stream.path === path).length; }

    #event(name, from, to, reason) {
        const event = { id: (this.#lastId += 1), ts: Date.now() / 1000, type: 'slot.state', severity: to === 'error' ? 'error' : 'info', source: 'hal0',
            message: `${name}: ${from} → ${to}`, data: { slot: name, from, to, reason } };
        this.events.push(event);
        for (const stream of this.streams) if (stream.path === '/api/events/stream' && stream.query.get('slot') === name) this.#send(stream, null, event);
    }

    #push(path, event, data) { for (const stream of this.streams) if (stream.path === path) this.#send(stream, event, data); }

    #send({ response }, event, data) {
        response.write(`id: ${(this.#lastId += 1)}\n${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
    }

    // --- HTTP ---

    async #answer(request, response) {
        const { pathname: path, searchParams: query } = new URL(request.url, 'http://localhost');
        if (path === '/' || path.startsWith('/dashboard/')) return this.#file(path, response);
        this.requests.push(`${request.method} ${path}`);
        try {
            if (this.token && request.headers.authorization !== `Bearer ${this.token}`) throw new Refusal(401, 'auth.required', 'This bridge wants a token.');
            let body = '';
            for await (const chunk of request) body += chunk;
            const refusal = this.refuse?.(request.method, path, body);
            if (refusal) throw refusal;
            if (path.includes('/stream')) return this.#stream(path, query, response);
            const answer = this.#route(request.method, decodeURIComponent(path), query, body);
            const text = typeof answer === 'string';
            response.writeHead(request.method === 'POST' && path === '/api/slots' ? 201 : 200, { 'content-type': text ? 'text/plain; charset=utf-8' : 'application/json' });
            response.end(text ? answer : JSON.stringify(answer));
        } catch (error) {
            const { status = 500, code = 'system.internal', message, details = {} } = error;
            response.writeHead(status, { 'content-type': 'application/json' });
            response.end(JSON.stringify({ error: { code, message, details } }));
        }
    }

    async #file(path, response) {
        const name = path === '/' ? 'index.html' : path.slice('/dashboard/'.length);
        try {
            const content = await readFile(new URL(name, folder));
            response.writeHead(200, { 'content-type': contentTypes[extname(name)], 'content-security-policy': policy, 'cache-control': 'no-cache' });
            response.end(content);
        } catch {
            response.writeHead(404).end();
        }
    }

    #stream(path, query, response) {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
        response.write('retry: 200\n\n');
        const stream = { path, query, response };
        this.streams.add(stream);
        response.on('close', () => this.streams.delete(stream));
        if (path === '/api/stream/slots') {
            this.#send(stream, 'slots', [...this.slots.values()]);
            this.#send(stream, 'metrics', this.metrics);
        }
    }

    #route(method, path, query, text) {
        const body = text.startsWith('{') ? JSON.parse(text) : text;
        switch (`${method} ${path}`) {
        case 'GET /api/models': return { models: this.models, count: this.models.length, filtered_aliases: 0 };
        case 'POST /api/models': this.models.push(body); return body;
        case 'GET /api/profiles': return [{ name: 'vulkan', intent: 'any GPU with Vulkan' }, { name: 'cpu', intent: 'no GPU' }];
        case 'GET /api/hardware': return { default_hardware: 'vulkan' };
        case 'GET /api/events': return { events: this.events.filter(({ data }) => data.slot === query.get('slot')), next_since: 0, epoch: '1' };
        case 'POST /api/slots': return this.put(body.name, { type: body.type, device: body.device, port: body.port ?? 8099, model_id: body.model?.default ?? null, state: 'offline' });
        }
        const [, , kind, name, rest] = path.split('/');
        if (method === 'DELETE' && kind === 'models') {
            this.models = this.models.filter(({ id }) => id !== name);
            return { id: name, deleted: true };
        }
        if (!this.slots.has(name)) throw new Refusal(404, 'slot.not_found', `There is no slot '${name}'.`, { slot: name });
        return this.#slotRoute(method, name, rest, query, body);
    }

    #slotRoute(method, name, rest, query, body) {
        switch (`${method} ${rest}`) {
        case 'DELETE undefined': this.remove(name); return { name, deleted: true };
        case 'GET config': return query.get('format') === 'toml' ? this.toml.get(name) : this.#config(name);
        case 'PUT config': return query.get('format') === 'toml' ? this.#writeToml(name, query, body) : this.put(name, { ...body, model_id: body.model?.default ?? this.slots.get(name).model_id });
        case 'GET resolved': return this.#resolved(this.slots.get(name));
        case 'POST load': this.#goThrough(name, ['starting', 'warming', 'ready']); break;
        case 'POST restart': this.#goThrough(name, ['unloading', 'starting', 'ready']); break;
        case 'POST unload': this.#goThrough(name, ['unloading', 'offline']); break;
        case 'POST swap': this.put(name, { model_id: body.model_id }); this.#goThrough(name, ['unloading', 'starting', 'warming', 'ready']); break;
        case 'POST pull': this.put(name, { image_status: 'pulling' }); break;
        default: throw new Refusal(404, 'system.http_404', 'There is no such path.');
        }
        return this.slots.get(name);
    }

    #goThrough(name, states) {
        states.forEach((state, i) => setTimeout(() => this.slots.has(name) && this.put(name, { state }), this.loading * i));
    }

    #config(name) {
        const slot = this.slots.get(name);
        return { port: slot.port, device: slot.device, model: { default: slot.model_id, context_size: 4096 } };
    }

    #writeToml(name, query, text) {
        const before = createHash('sha256').update(this.toml.get(name)).digest('hex');
        if (query.get('replaces') !== before) throw new Refusal(409, 'slot.busy', 'The file has been changed since it was read.', {});
        const line = text.split('\n').findIndex((each) => each.includes('port = "')) + 1;
        if (line) throw new Refusal(400, 'slot.config_error', 'port: "x" is not allowed: a whole number from 1024 to 65535.', { file: `/etc/hal0/slots/${name}.toml`, line, key: 'port' });
        this.toml.set(name, text);
        return this.put(name, { port: Number(/port = (\d+)/.exec(text)?.[1]) });
    }

    #resolved(slot) {
        const provenance = [['--host', '127.0.0.1', 'base'], ['--port', String(slot.port), 'base'], ['--model', `/mnt/ai-models/${slot.model_id}-q4_k_m.gguf`, 'base'],
            ['--alias', slot.model_id, 'base'], ['--ctx-size', String(slot.ctx_max), 'base'], ['--flash-attn', 'on', 'profile'], ['--cache-type-k', 'q8_0', 'extra_args']]
            .map(([flag, value, source]) => ({ flag, value, source }));
        return { name: slot.name, argv: [slot.image], provenance, removed: [{ flag: '--flash-attn', value: 'off', source: 'extra_args' }] };
    }
}
