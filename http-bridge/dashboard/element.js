// Building and changing the page. Text only ever becomes text nodes and attributes: no function here takes markup.

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes] a function is an event listener; true is an empty attribute; null and false are left out
 * @param {...(Node|string|number|null|undefined|false)} children
 * @returns {any}
 */
export function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === 'function') node.addEventListener(name, value);
        else setAttribute(node, name, value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false).map(asNode));
    return node;
}

const asNode = (child) => (child instanceof Node ? child : document.createTextNode(String(child)));

/** Changes an attribute if it differs; true is an empty one, null and false remove it. */
export function setAttribute(node, name, value) {
    const text = value === true ? '' : value === null || value === undefined || value === false ? null : String(value);
    if (node.getAttribute(name) === text) return;
    if (text === null) node.removeAttribute(name);
    else node.setAttribute(name, text);
}

/** Changes a text if it differs: the browser lays out what is assigned, changed or not. */
export function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

let lastId = 0;
/** An id for labels and descriptions. */
export const uniqueId = (what) => `${what}-${(lastId += 1)}`;

/**
 * Brings a list of children to the wanted keys with the fewest moves.
 * @param {Element} parent all its children belong to `nodes`
 * @param {Map<string, Element>} nodes key → its element; those of other keys are removed from it and the page
 * @param {string[]} keys in order
 * @param {(key: string) => Element} make
 */
export function reconcile(parent, nodes, keys, make) {
    const wanted = new Set(keys);
    for (const [key, node] of nodes) {
        if (wanted.has(key)) continue;
        node.remove();
        nodes.delete(key);
    }
    let place = parent.firstElementChild;
    for (const key of keys) {
        if (!nodes.has(key)) nodes.set(key, make(key));
        const node = nodes.get(key);
        if (node === place) place = place.nextElementSibling;
        else parent.insertBefore(node, place);
    }
}
