// Where running and configured values differ, and which lines of the TOML and arguments of the command that concerns. Pure.

/** @typedef {{key: string, running: string, rendered: string}} Difference */

/** Differing key (an argument, or `image`) → the TOML keys that set it. */
const keysOfArgument = {
    '--ctx-size': ['context_size', 'ctx_size'], '--model': ['default'], '--alias': ['default'], '--port': ['port'],
    '--n-gpu-layers': ['n_gpu_layers'], '--parallel': ['parallel'], '--rope-freq-base': ['rope_freq_base'],
    image: ['profile', 'device', 'backend', 'provider'],
};

/** @param {{config_drift?: {drifted: boolean, diffs: Difference[]}}} slot */
export const differences = (slot) => (slot.config_drift?.drifted ? slot.config_drift.diffs ?? [] : []);

/**
 * @param {{key: string, value: string}} assignment a line of the TOML
 * @param {Difference[]} diffs
 * @returns {Difference|undefined} the difference that this line makes
 */
export function differenceOfLine({ key, value }, diffs) {
    return diffs.find((diff) => keysOfArgument[diff.key]?.includes(key) || (key === 'extra_args' && diff.key !== 'image' && mentions(value, diff.key)));
}

const mentions = (text, flag) => text.split(/[\s"'=]+/).includes(flag);
