// Light, dark, or what the system says. A classic script in the head, so that the page is never drawn in the wrong one.
'use strict';
(() => {
    const place = 'hal0.theme';
    const themes = ['system', 'light', 'dark'];
    const root = document.documentElement;
    const apply = (theme) => { root.dataset.theme = themes.includes(theme) ? theme : 'system'; };

    apply(localStorage.getItem(place));
    addEventListener('storage', (event) => event.key === place && apply(event.newValue));
    addEventListener('DOMContentLoaded', () => {
        const button = document.getElementById('theme');
        const label = () => button.setAttribute('aria-label', `Theme: ${root.dataset.theme}`);
        label();
        button.addEventListener('click', () => {
            const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
            localStorage.setItem(place, next);
            apply(next);
            label();
        });
    });
})();
