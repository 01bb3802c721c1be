// What needs no browser: formatting, parsing, comparing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceOfLine } from '../../http-bridge/dashboard/drift.js';
import * as format from '../../http-bridge/dashboard/format.js';
import { placeErrors } from '../../http-bridge/dashboard/form_errors.js';
import { journalLine, plainLine, plainText } from '../../http-bridge/dashboard/plain_text.js';
import { isUp, nextAction, pullProgress, summarise } from '../../http-bridge/dashboard/slot_state.js';
import { SlotsStore } from '../../http-bridge/dashboard/slots_store.js';
import { SseParser } from '../../http-bridge/dashboard/sse_parser.js';
import { tomlLine } from '../../http-bridge/dashboard/toml_lines.js';

test('what is not known is a dash, never a zero', () => {
    for (const text of [format.memory(null), format.memory(0), format.tokensPerSecond(undefined), format.tokens(0), format.duration(NaN), format.ago(null),
        format.clock(null), format.fileSize(0), format.orUnknown('')]) assert.equal(text, '–');
});

test('figures are short', () => {
    assert.equal(format.memory(512), '512 MiB');
    assert.equal(format.memory(18900), '18.5 GiB');
    assert.equal(format.fileSize(5.03e9), '5.03 GB');
    assert.equal(format.tokensPerSecond(47.26), '47.3');
    assert.equal(format.tokensPerSecond(1234.5), '1235');
    assert.equal(format.tokens(16384), '16k');
    assert.equal(format.tokens(5000), '5000');
    assert.equal(format.duration(59.9), '59 s');
    assert.equal(format.duration(9000), '2 h 30 min');
    assert.equal(format.duration(7200), '2 h');
    assert.equal(format.duration(200000), '2 d');
    assert.equal(format.ago(1000, 1_000_000 + 190_000), '3 min ago');
    assert.equal(format.ago(1000, 1_002_000), 'just now');
    assert.equal(format.counted(1, 'slot') + format.counted(2, 'slot'), '1 slot2 slots');
});

test('a time of another day has its date', () => {
    const noon = new Date(2026, 0, 2, 12, 0, 0);
    assert.equal(format.clock(noon.getTime() / 1000, noon), '12:00:00');
    assert.equal(format.clock(noon.toISOString(), new Date(2026, 0, 3)), '2026-01-02 12:00:00');
});

test('escape sequences go, other control characters become visible', () => {
    assert.equal(plainLine('\x1b[1;32mok\x1b[0m \x1b]0;title\x07done\r'), 'ok done');
    assert.equal(plainLine('a\x00b\x07c\x7f'), 'a␀b␇c␡');
    assert.equal(plainLine('a\u202eb'), 'a\ufffdb');
    assert.equal(plainLine('\ttab stays, <b> too'), '\ttab stays, <b> too');
    assert.equal(plainLine('cut \x1b'), 'cut ␛');
    assert.equal(plainText('a\nb'), 'a\nb');
    assert.equal(plainLine(null), '');
});

test('a journal line is time, source and message; any other line is a message', () => {
    assert.deepEqual(journalLine('2026-01-02T03:04:05+0000 host hal0-slot-chat[12]: a: b'), { time: '2026-01-02T03:04:05+0000', source: 'hal0-slot-chat', message: 'a: b' });
    assert.deepEqual(journalLine('-- boot --'), { time: '', source: '', message: '-- boot --' });
});

test('events come out whole, however the bytes are cut', () => {
    const text = ': hello\nretry: 70\nid: 7\nevent: slot\ndata: {"a":\ndata: 1}\n\ndata:x\r\n\r\nid: 8\n\n';
    for (let size = 1; size < text.length; size++) {
        const parser = new SseParser();
        const events = [];
        for (let at = 0; at < text.length; at += size) events.push(...parser.push(text.slice(at, at + size)));
        assert.deepEqual(events, [{ event: 'slot', data: '{"a":\n1}', id: '7' }, { event: 'message', data: 'x', id: '7' }], `cut every ${size}`);
        assert.equal(parser.lastId, '8');
        assert.equal(parser.retry, 70);
    }
});

test('an event without end is refused', () => {
    const parser = new SseParser();
    assert.throws(() => { for (let i = 0; i < 20; i++) parser.push(`data: ${'x'.repeat(1 << 20)}\n`); }, RangeError);
});

test('the store says what changed, and a snapshot replaces everything', () => {
    const store = new SlotsStore();
    const slot = (name, state) => ({ name, state });
    assert.equal(store.known, false);
    assert.deepEqual(store.apply({ event: 'slots', data: [slot('b', 'ready'), slot('a', 'offline')] }), new Set(['a', 'b']));
    assert.deepEqual(store.all().map(({ name }) => name), ['a', 'b']);
    assert.deepEqual(store.apply({ event: 'slot', data: slot('a', 'offline') }), new Set());
    assert.deepEqual(store.apply({ event: 'slot', data: slot('a', 'ready') }), new Set(['a']));
    assert.deepEqual(store.apply({ event: 'metrics', data: { a: { toks: 1 } } }), new Set(['a']));
    assert.deepEqual(store.apply({ event: 'metrics', data: {} }), new Set(['a']));
    assert.deepEqual(store.apply({ event: 'slots', data: [slot('b', 'ready'), slot('c', 'idle')] }), new Set(['a', 'c']));
    assert.deepEqual(store.apply({ event: 'removed', data: { name: 'gone' } }), new Set());
    assert.deepEqual(store.apply({ event: 'removed', data: { name: 'c' } }), new Set(['c']));
    assert.deepEqual(store.apply({ event: 'of a later bridge', data: 1 }), new Set());
    const other = new SlotsStore();
    store.snapshot().forEach((frame) => other.apply(frame));
    assert.deepEqual(other.all(), store.all());
});

test('the summary counts every state once', () => {
    const states = ['offline', 'pulling', 'starting', 'warming', 'ready', 'serving', 'idle', 'unloading', 'error'];
    assert.deepEqual(summarise(states.map((state) => ({ state }))), { ready: 3, loading: 4, failed: 1, offline: 1 });
});

test('the next action follows what runs', () => {
    assert.equal(nextAction({ state: 'offline' }), 'load');
    assert.equal(nextAction({ state: 'offline', enabled: false }), null);
    assert.equal(nextAction({ state: 'warming', container_status: 'starting' }), 'unload');
    assert.equal(nextAction({ state: 'unloading' }), null);
    assert.equal(nextAction({ state: 'error', container_status: 'crashed' }), 'load');
    assert.equal(isUp({ state: 'error', container_status: 'running' }), true, 'a server that hangs can be unloaded');
    assert.equal(isUp({ state: 'error', container_status: 'starting' }), true, 'between automatic restarts, too');
});

test('progress of a pull is in its sentence', () => {
    assert.deepEqual(pullProgress('pulling x: layer 3 of 7'), { layer: 3, layers: 7 });
    assert.equal(pullProgress('pulling x'), null);
});

test('errors find their field', () => {
    const known = ['name', 'port', 'model.default', 'model.context_size', 'device'];
    const placed = (error) => placeErrors({ details: {}, fields: [], ...error }, known);
    const one = (path, message) => ({ fields: new Map([[path, message]]), rest: '' });
    assert.deepEqual(placed({ code: 'slot.name_invalid', message: 'm' }), one('name', 'm'));
    assert.deepEqual(placed({ code: 'slot.port_in_use', message: 'm', details: { port: 1 } }), one('port', 'm'));
    assert.deepEqual(placed({ code: 'slot.config_error', message: 'm', details: { key: 'model.context_size' } }), one('model.context_size', 'm'));
    assert.deepEqual(placed({ code: 'slot.config_error', message: 'm', details: { key: 'slot.model.ctx_size' } }), one('model.context_size', 'm'));
    assert.deepEqual(placed({ code: 'model.not_found', message: 'm' }), one('model.default', 'm'));
    assert.deepEqual(placed({ code: 'system.internal', message: 'm' }), { fields: new Map(), rest: 'm' });
    const several = placed({ code: 'validation.invalid', message: 'm', fields: [{ path: 'port', message: 'a' }, { path: 'model', message: 'b' }, { path: 'odd', message: 'c' }] });
    assert.deepEqual(several, { fields: new Map([['port', 'a'], ['model.default', 'b']]), rest: 'odd: c' });
});

test('a line of TOML is parts that make up the line', () => {
    for (const line of ['# c', '[model] # t', 'port = 8081 # c', 'a."b" = "x # no comment" # c', '  "q" = [1, 2]', 'garbage', '', "x = 'it # is'"]) {
        assert.equal(tomlLine(line).parts.map(({ text }) => text).join(''), line);
    }
    assert.deepEqual(tomlLine('model.context_size = 4096 # c').assignment, { key: 'context_size', value: '4096' });
    assert.equal(tomlLine('x = "a\\"#b" # c').parts.at(-1).text, '# c');
});

test('a difference belongs to the line that makes it', () => {
    const diffs = [{ key: '--ctx-size', running: '1', rendered: '2' }, { key: '--flash-attn', running: '', rendered: 'on' }];
    assert.equal(differenceOfLine({ key: 'context_size', value: '2' }, diffs), diffs[0]);
    assert.equal(differenceOfLine({ key: 'extra_args', value: '"--x --flash-attn on"' }, diffs), diffs[1]);
    assert.equal(differenceOfLine({ key: 'extra_args', value: '"--flash-attn-x"' }, diffs), undefined);
    assert.equal(differenceOfLine({ key: 'port', value: '1' }, diffs), undefined);
});
