// Slots as a house may have them, in every kind of state: for looks.

export function fillHouse(bridge) {
    const now = Date.now() / 1000;
    const put = (name, port, model_id, rest) => bridge.put(name, { port, model_id, model_default: model_id, mem_mb: 0, ...rest });
    const diffs = [{ key: '--ctx-size', running: '8192', rendered: '16384' }, { key: '--flash-attn', running: '', rendered: 'on' }];
    put('chat', 8081, 'qwen3-30b-a3b', { state: 'offline', ctx_max: 16384, config_drift: { drifted: true, diffs } });
    for (const [state, message] of [['starting', ''], ['warming', 'warming up: the server loads its model'], ['ready', ''], ['serving', '']]) bridge.put('chat', { state, message });
    bridge.put('chat', { last_used_at: now - 1, loaded: true });
    put('coder', 8082, 'qwen2.5-coder-14b', { state: 'ready', device: 'gpu-rocm', mem_mb: 9800, last_used_at: now - 190 });
    put('embed', 8083, 'bge-m3', { state: 'idle', type: 'embedding', mem_mb: 1200, last_used_at: now - 9000 });
    put('rerank', 8084, 'bge-reranker-v2-m3', { state: 'pulling', type: 'reranking', image_status: 'pulling', message: 'pulling ghcr.io/ggml-org/llama.cpp:server-vulkan: layer 3 of 7' });
    put('speech', 8085, 'kokoro-82m', { state: 'error', type: 'tts', device: 'cpu', message: "the container ended with status 1: failed to load model '/mnt/ai-models/kokoro.onnx'; next try in 8 s" });
    put('stt-npu', 8086, 'whisper-large-v3-turbo', { state: 'warming', type: 'transcription', device: 'npu', message: 'warming up: the server loads its model' });
    put('vision', 8087, 'flux-schnell', { type: 'image', device: 'gpu-rocm' });
    bridge.measure({
        chat: { mem_rss_mb: 18900, requests_processing: 2, tokens_per_sec: 47.3, uptime_seconds: 9000, kv_cache_usage: 0.31 },
        coder: { mem_rss_mb: 9800, requests_processing: 0, tokens_per_sec: 0, uptime_seconds: 999 },
    });
    bridge.toml.set('chat', '# The house model. Ask before you change it.\nport = 8081\ndevice = "gpu-vulkan"   # the iGPU\n\n[model]\ndefault = "qwen3-30b-a3b"\n' +
        'context_size = 16384 # was 8192\n\n[server]\nextra_args = "--flash-attn on --cache-type-k q8_0"\n');
}
