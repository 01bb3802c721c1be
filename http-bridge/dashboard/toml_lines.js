// Lines of TOML as parts to be coloured. Only as much of TOML as colour needs: a wrong guess costs a colour, nothing else. Pure.

/** @typedef {{kind: 'comment'|'table'|'key'|'value'|'other', text: string}} Part */

/**
 * @param {string} line
 * @returns {{parts: Part[], assignment: {key: string, value: string}|null}}
 */
export function tomlLine(line) {
    const { code, comment } = splitComment(line);
    const tail = comment ? [{ kind: 'comment', text: comment }] : [];
    if (/^\s*\[/.test(code) && !code.includes('=')) return { parts: [{ kind: 'table', text: code }, ...tail], assignment: null };
    const match = /^(\s*)((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)(\s*=\s*)(.*)$/.exec(code);
    if (!match) return { parts: [...(code ? [{ kind: 'other', text: code }] : []), ...tail], assignment: null };
    const [, indent, key, equals, value] = match;
    const parts = [{ kind: 'other', text: indent }, { kind: 'key', text: key }, { kind: 'other', text: equals }, { kind: 'value', text: value }];
    return {
        parts: [...parts.filter(({ text }) => text !== ''), ...tail],
        assignment: { key: key.split('.').at(-1).trim().replace(/^["']|["']$/g, ''), value: value.trim() },
    };
}

/** A # inside quotes is no comment. */
function splitComment(line) {
    let quote = '';
    for (let i = 0; i < line.length; i++) {
        const character = line[i];
        if (quote) {
            if (character === '\\' && quote === '"') i += 1;
            else if (character === quote) quote = '';
        } else if (character === '"' || character === "'") quote = character;
        else if (character === '#') return { code: line.slice(0, i), comment: line.slice(i) };
    }
    return { code: line, comment: '' };
}
