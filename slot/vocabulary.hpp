#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hal0::slot {

/// The closed sets of words that configuration, D-Bus and HTTP share. Each has one table of spellings.
enum class Type { llm, embedding, reranking, transcription, tts, image };
enum class Device { gpu_vulkan, gpu_rocm, cpu, npu };
enum class DeviceClass { gpu, cpu, npu };
enum class Backend { vulkan, rocm, cpu, flm };
enum class ProviderId { llama_server, flm, kokoro, moonshine, comfyui };
enum class Network { host, private_ };

template <class E>
using Spelling = std::pair<E, std::string_view>;

template <class E>
constexpr auto spellings = nullptr;

template <>
inline constexpr std::array spellings<Type> = {
    Spelling<Type>{Type::llm, "llm"},     Spelling<Type>{Type::embedding, "embedding"},
    Spelling<Type>{Type::reranking, "reranking"}, Spelling<Type>{Type::transcription, "transcription"},
    Spelling<Type>{Type::tts, "tts"},     Spelling<Type>{Type::image, "image"}};

template <>
inline constexpr std::array spellings<Device> = {
    Spelling<Device>{Device::gpu_vulkan, "gpu-vulkan"}, Spelling<Device>{Device::gpu_rocm, "gpu-rocm"},
    Spelling<Device>{Device::cpu, "cpu"}, Spelling<Device>{Device::npu, "npu"}};

template <>
inline constexpr std::array spellings<DeviceClass> = {
    Spelling<DeviceClass>{DeviceClass::gpu, "gpu"}, Spelling<DeviceClass>{DeviceClass::cpu, "cpu"},
    Spelling<DeviceClass>{DeviceClass::npu, "npu"}};

template <>
inline constexpr std::array spellings<Backend> = {
    Spelling<Backend>{Backend::vulkan, "vulkan"}, Spelling<Backend>{Backend::rocm, "rocm"},
    Spelling<Backend>{Backend::cpu, "cpu"}, Spelling<Backend>{Backend::flm, "flm"}};

template <>
inline constexpr std::array spellings<ProviderId> = {
    Spelling<ProviderId>{ProviderId::llama_server, "llama-server"}, Spelling<ProviderId>{ProviderId::flm, "flm"},
    Spelling<ProviderId>{ProviderId::kokoro, "kokoro"}, Spelling<ProviderId>{ProviderId::moonshine, "moonshine"},
    Spelling<ProviderId>{ProviderId::comfyui, "comfyui"}};

template <>
inline constexpr std::array spellings<Network> = {
    Spelling<Network>{Network::host, "host"}, Spelling<Network>{Network::private_, "private"}};

/// The word for a value.
template <class E>
constexpr std::string_view to_string(E value) {
    for (const auto& [known, word] : spellings<E>)
        if (known == value) return word;
    return "?";
}

/// The value for a word, or nothing.
template <class E>
constexpr std::optional<E> parse_word(std::string_view word) {
    for (const auto& [value, known] : spellings<E>)
        if (known == word) return value;
    return std::nullopt;
}

/// All words, for messages: `gpu-vulkan, gpu-rocm, cpu, npu`.
template <class E>
std::string all_words() {
    std::string words;
    for (const auto& spelling : spellings<E>) words.append(words.empty() ? "" : ", ").append(spelling.second);
    return words;
}

/// How the same piece of hardware is named as a device and as a backend (http-api.md, `backend`).
constexpr Backend backend_of(Device device) {
    switch (device) {
        case Device::gpu_vulkan: return Backend::vulkan;
        case Device::gpu_rocm: return Backend::rocm;
        case Device::cpu: return Backend::cpu;
        case Device::npu: return Backend::flm;
    }
    return Backend::cpu;
}
constexpr Device device_of(Backend backend) {
    switch (backend) {
        case Backend::vulkan: return Device::gpu_vulkan;
        case Backend::rocm: return Device::gpu_rocm;
        case Backend::cpu: return Device::cpu;
        case Backend::flm: return Device::npu;
    }
    return Device::cpu;
}
constexpr DeviceClass class_of(Device device) {
    return device == Device::cpu ? DeviceClass::cpu : device == Device::npu ? DeviceClass::npu : DeviceClass::gpu;
}

}  // namespace hal0::slot
