// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <map>
#include <string>
#include <unordered_map>

namespace toca::models {

/// Collects the outputs of a model's modules under their checkpoint paths ("spatial_blocks.0.attn"), for comparing an
/// implementation with another one module by module.
///
/// Active on the constructing thread for its lifetime; models pass their outputs through `tapped`, which costs one
/// thread-local read when nobody records. A module that runs several times keeps its first output.
class ActivationRecorder {
public:
    /// @param prefix put before every path, e.g. "encoder."
    explicit ActivationRecorder(const torch::nn::Module& root, const std::string& prefix = {});
    ~ActivationRecorder();
    ActivationRecorder(const ActivationRecorder&) = delete;
    ActivationRecorder& operator=(const ActivationRecorder&) = delete;

    static ActivationRecorder* current();

    /// True when `module` belongs to the recorded model and has no output yet.
    bool wants(const torch::nn::Module& module) const;
    void record(const torch::nn::Module& module, const torch::Tensor& output);
    /// Records something that is no module, for example "pos_embed".
    void record(const std::string& path, const torch::Tensor& output);

    const std::map<std::string, torch::Tensor>& outputs() const { return m_outputs; }

private:
    std::unordered_map<const torch::nn::Module*, std::string> m_paths;
    std::map<std::string, torch::Tensor> m_outputs;
    ActivationRecorder* m_outer = nullptr;
};

/// Returns `output`, after showing it to the active recorder.
inline torch::Tensor tapped(const torch::nn::Module& module, torch::Tensor output)
{
    if (auto* recorder = ActivationRecorder::current(); recorder && recorder->wants(module))
        recorder->record(module, output);
    return output;
}

/// As `tapped`, for a module whose published output has another layout: `layout()` is only called while recording.
template <class Layout>
void tapAs(const torch::nn::Module& module, Layout&& layout)
{
    if (auto* recorder = ActivationRecorder::current(); recorder && recorder->wants(module))
        recorder->record(module, layout());
}

} // namespace toca::models
