// The live facts of a slot, as pairs of name and value.

import { element, setText } from './element.js';
import { ago, clock, duration, memory, orUnknown, tokens, tokensPerSecond, unknown } from './format.js';
import { plainLine } from './plain_text.js';

const yesNo = (value) => (value ? 'yes' : 'no');
const percent = (share) => (Number.isFinite(share) ? `${Math.round(share * 100)} %` : unknown);

/** Name, and what it is of a slot and its live figures. */
const facts = [
    ['Model', (slot) => orUnknown(slot.model_id)],
    ['Default model', (slot) => orUnknown(slot.model_default)],
    ['Address', (slot) => (slot.port ? `127.0.0.1:${slot.port}` : unknown)],
    ['Type', (slot) => orUnknown(slot.type)],
    ['Device', (slot) => orUnknown(slot.device)],
    ['Profile', (slot) => [slot.profile, slot.provider].filter(Boolean).join(' · ') || unknown],
    ['Context', (slot) => tokens(slot.ctx_max ?? slot.metrics?.ctx)],
    ['Memory', (slot, live) => memory(live.mem_rss_mb ?? slot.mem_mb)],
    ['Tokens/s', (slot, live) => tokensPerSecond(live.tokens_per_sec ?? slot.metrics?.toks)],
    ['In flight', (slot, live) => orUnknown(live.requests_processing) + (live.requests_deferred ? `, ${live.requests_deferred} waiting` : '')],
    ['KV cache', (slot, live) => percent(live.kv_cache_usage ?? slot.metrics?.kv)],
    ['Last used', (slot) => ago(slot.last_used_at)],
    ['State since', (slot) => clock(slot.metadata?.updated_at)],
    ['Up for', (slot, live) => (live.uptime_seconds ? duration(live.uptime_seconds) : unknown)],
    ['Restarts', (slot) => orUnknown(slot.metadata?.restarts)],
    ['Starts at boot', (slot) => (slot.enabled === false ? 'no: disabled' : yesNo(slot.loaded))],
    ['Unloads when idle', (slot) => (slot.idle_timeout_s > 0 ? `after ${duration(slot.idle_timeout_s)}` : 'never')],
    ['Labels', (slot) => slot.labels?.join(', ') || unknown],
    ['Unit', (slot) => `hal0-slot@${slot.name}.service`],
    ['Image', (slot) => imageText(slot)],
];

function imageText(slot) {
    const image = orUnknown(slot.image);
    const runsOther = slot.image_mismatch && slot.actual_image ? `, but ${slot.actual_image} runs` : '';
    return image + (slot.image_status && slot.image_status !== 'present' ? ` (${slot.image_status})` : '') + runsOther;
}

export class FactsView {
    #values = facts.map(([name]) => element('dd', { class: ['Image', 'Unit', 'Address'].includes(name) ? 'mono' : null }));

    constructor() {
        this.node = element('dl', { class: 'facts' },
            ...facts.map(([name], i) => element('div', { class: ['Image', 'Unit'].includes(name) ? 'long' : null },
                element('dt', {}, name), this.#values[i])));
    }

    update(slot, live) {
        facts.forEach(([, of], i) => setText(this.#values[i], plainLine(of(slot, live))));
    }
}
