// Facts as short texts for people. Pure functions; what is not known is an en dash, never a zero.

export const unknown = '–';

/** @param {number|null|undefined} mebibytes */
export function memory(mebibytes) {
    if (!Number.isFinite(mebibytes) || mebibytes <= 0) return unknown;
    return mebibytes < 1000 ? `${Math.round(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** @param {number|null|undefined} bytes of a file, in the decimal units that model hubs use */
export function fileSize(bytes) {
    if (!Number.isFinite(bytes) || bytes <= 0) return unknown;
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
    return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** @param {number|null|undefined} perSecond */
export function tokensPerSecond(perSecond) {
    if (!Number.isFinite(perSecond) || perSecond <= 0) return unknown;
    return perSecond < 100 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

/** @param {number|null|undefined} tokens 16384 → "16k", where it is a round number */
export function tokens(count) {
    if (!Number.isFinite(count) || count <= 0) return unknown;
    return count >= 1024 && count % 1024 === 0 ? `${count / 1024}k` : String(count);
}

/** @param {number|null|undefined} seconds "42 s", "3 min", "5 h 12 min", "8 d" */
export function duration(seconds) {
    if (!Number.isFinite(seconds) || seconds < 0) return unknown;
    if (seconds < 60) return `${Math.floor(seconds)} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds >= 86400) return `${Math.floor(seconds / 86400)} d`;
    const minutes = Math.floor(seconds / 60) % 60;
    return `${Math.floor(seconds / 3600)} h${minutes ? ` ${minutes} min` : ''}`;
}

/**
 * @param {number|null|undefined} at epoch seconds
 * @param {number} now epoch milliseconds
 */
export function ago(at, now = Date.now()) {
    if (!Number.isFinite(at) || at <= 0) return unknown;
    const seconds = now / 1000 - at;
    return seconds < 5 ? 'just now' : `${duration(seconds)} ago`;
}

/** @param {number|string|null|undefined} at epoch seconds, or a date as text; local time, with the day if it is another one */
export function clock(at, now = new Date()) {
    const date = new Date(typeof at === 'number' ? at * 1000 : at ?? NaN);
    if (Number.isNaN(date.getTime())) return unknown;
    const two = (number) => String(number).padStart(2, '0');
    const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
    if (date.toDateString() === now.toDateString()) return time;
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** @param {number} count @param {string} noun "1 slot", "2 slots" */
export function counted(count, noun) {
    return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** @param {string|null|undefined} text */
export function orUnknown(text) {
    return text === null || text === undefined || text === '' ? unknown : String(text);
}
