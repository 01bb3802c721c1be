// What programs print, as text that can only be read. A terminal would obey escape sequences; a page shows what is left.

// CSI (colours, cursor), OSC (titles, links; ended by BEL or ST), and the two-byte rest of the ESC family.
const escapeSequences = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]/g;

// C0 but tab, DEL, C1; and what reorders or hides text, so that a line reads as it is stored.
const controls = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function picture(character) {
    const code = character.codePointAt(0);
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
}

/** @param {unknown} text one line; escape sequences go, other control characters become visible */
export function plainLine(text) {
    return String(text ?? '').replace(escapeSequences, '').replace(/\r+$/, '').replace(controls, picture);
}

/** @param {unknown} text several lines, which stay lines */
export function plainText(text) {
    return String(text ?? '').split('\n').map(plainLine).join('\n');
}

/**
 * Takes a line of `journalctl -o short-iso` apart: "2026-01-02T03:04:05+0000 host name[12]: message".
 * @returns {{time: string, source: string, message: string}} time and source are empty for a line of another form
 */
export function journalLine(line) {
    const text = plainLine(line);
    const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:[+-]\d\d:?\d\d|Z)?) (\S+) ([^\s:[]+)(?:\[\d+\])?: ?(.*)$/.exec(text);
    return match ? { time: match[1], source: match[3], message: match[4] } : { time: '', source: '', message: text };
}
