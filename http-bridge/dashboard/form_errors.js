// Which field an error belongs to. Pure.

const fieldOfCode = {
    'slot.name_required': 'name', 'slot.name_invalid': 'name', 'slot.exists': 'name',
    'slot.port_in_use': 'port', 'slot.no_free_port': 'port',
    'model.not_found': 'model.default', 'profiles.not_found': 'profile',
    'backend.not_selectable': 'device', 'backend.missing': 'device',
};

/** Other names that the API and files have for one thing. */
const aliases = {
    model: 'model.default', model_id: 'model.default', 'model.model': 'model.default', backend: 'device',
    'model.ctx_size': 'model.context_size', context_size: 'model.context_size', ctx_size: 'model.context_size',
    extra_args: 'server.extra_args', parallel: 'server.parallel', n_gpu_layers: 'model.n_gpu_layers',
};

/**
 * @param {import('./api.js').ApiError} error
 * @param {string[]} known paths of the form's fields, as `port`, `model.default`
 * @returns {{fields: Map<string, string>, rest: string}} messages by path; `rest`: what belongs to no field of the form
 */
export function placeErrors(error, known) {
    const fields = new Map();
    const rest = [];
    const whole = { path: error.details?.key || fieldOfCode[error.code] || '', message: error.message };
    for (const { path, message } of error.fields?.length ? error.fields : [whole]) {
        const plain = path.replace(/^slot\./, '');
        const place = [plain, aliases[plain]].find((candidate) => known.includes(candidate));
        if (place === undefined) rest.push(path === whole.path ? message : `${plain}: ${message}`);
        else fields.set(place, fields.has(place) ? `${fields.get(place)} ${message}` : message);
    }
    return { fields, rest: rest.join(' ') };
}
