// What the nine states of a slot mean to a page: their colour, their group in the summary, and what can be done.

/** State → tone: the colour of the badge, and its group in the summary line. */
const tones = {
    offline: 'off', pulling: 'busy', starting: 'busy', warming: 'busy', unloading: 'busy',
    ready: 'good', serving: 'active', idle: 'calm', error: 'bad',
};

export const typeWords = ['llm', 'embedding', 'reranking', 'transcription', 'tts', 'image'];

/** @param {string} state an unknown word of a later bridge gets a neutral colour */
export const tone = (state) => tones[state] ?? 'off';

export const isChanging = (state) => tone(state) === 'busy';
export const hasFailed = (state) => state === 'error';

/** Whether there is a process: what can be unloaded, restarted and swapped. */
export const isUp = (slot) => slot.state !== 'offline' && slot.state !== 'unloading' && slot.container_status !== 'crashed' &&
    !(hasFailed(slot.state) && slot.container_status === 'stopped');

/** The one thing a person most likely wants next, for the button in the list. */
export function nextAction(slot) {
    if (slot.state === 'unloading') return null;
    if (isUp(slot)) return 'unload';
    return slot.enabled === false ? null : 'load';
}

/** Groups of the summary line, in its order; `holds` says which states count. */
export const summaryGroups = [
    { id: 'ready', word: 'ready', tone: 'good', holds: (state) => ['good', 'active', 'calm'].includes(tone(state)) },
    { id: 'loading', word: 'loading', tone: 'busy', holds: (state) => isChanging(state) },
    { id: 'failed', word: 'failed', tone: 'bad', holds: hasFailed },
    { id: 'offline', word: 'offline', tone: 'off', holds: (state) => tone(state) === 'off' },
];

/** @param {Iterable<{state: string}>} slots @returns {Record<string, number>} group id → how many */
export function summarise(slots) {
    const counts = Object.fromEntries(summaryGroups.map((group) => [group.id, 0]));
    for (const slot of slots) {
        const group = summaryGroups.find((each) => each.holds(slot.state));
        if (group) counts[group.id] += 1;
    }
    return counts;
}

/** The state's sentence, e.g. why it failed; empty if there is none. */
export const message = (slot) => slot.metadata?.message ?? '';

/** Layers of an image pull, from the sentence the unit reports: "pulling IMAGE: layer 3 of 7". */
export function pullProgress(sentence) {
    const match = /layer (\d+) of (\d+)/.exec(sentence);
    return match ? { layer: Number(match[1]), layers: Number(match[2]) } : null;
}
