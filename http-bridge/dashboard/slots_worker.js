// Shared by all tabs: a browser opens at most six connections to one server, and each stream keeps one.

import { openSlotsFeed } from './slots_feed.js';

/** @type {Set<MessagePort>} */
const tabs = new Set();

const tellAll = (message, but = null) => tabs.forEach((tab) => tab !== but && tab.postMessage(message));

const feed = openSlotsFeed({
    onFrame: (frame) => tellAll({ kind: 'frame', frame }),
    onStatus: (status, why) => tellAll({ kind: 'status', status, why }),
    onTokenWanted: (refused) => tellAll({ kind: 'token-wanted', refused }),
});

const answers = {
    token: ({ token }, from) => {
        feed.setToken(token);
        tellAll({ kind: 'token', token }, from);
    },
    retry: () => feed.retryNow(),
    bye: (_, tab) => tabs.delete(tab),
};

/** A new tab starts with all that is known, and is asked for the token if that is what is missing. */
function welcome(tab) {
    if (feed.token) tab.postMessage({ kind: 'token', token: feed.token });
    const [status, why] = feed.status;
    tab.postMessage({ kind: 'status', status, why });
    feed.snapshot().forEach((frame) => tab.postMessage({ kind: 'frame', frame }));
    if (status === 'refused') tab.postMessage({ kind: 'token-wanted', refused: feed.token });
}

self.onconnect = ({ ports: [tab] }) => {
    tabs.add(tab);
    tab.onmessage = ({ data }) => answers[data.kind]?.(data, tab);
    welcome(tab);
};
