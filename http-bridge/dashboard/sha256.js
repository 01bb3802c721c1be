// The fingerprint by which the bridge tells whether a file is still the one that was edited.

/** @param {string} text @returns {Promise<string>} hex; empty where the browser has none, which is on plain HTTP to another host */
export async function sha256(text) {
    if (!globalThis.crypto?.subtle) return '';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
