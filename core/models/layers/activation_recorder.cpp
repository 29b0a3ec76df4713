// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/activation_recorder.h"

namespace toca::models {
namespace {

thread_local ActivationRecorder* t_current = nullptr;

} // namespace

ActivationRecorder::ActivationRecorder(const torch::nn::Module& root, const std::string& prefix)
    : m_outer(t_current)
{
    for (const auto& entry : root.named_modules(/*name_prefix=*/{}, /*include_self=*/false))
        m_paths.emplace(entry.value().get(), prefix + entry.key());
    t_current = this;
}

ActivationRecorder::~ActivationRecorder()
{
    t_current = m_outer;
}

ActivationRecorder* ActivationRecorder::current()
{
    return t_current;
}

bool ActivationRecorder::wants(const torch::nn::Module& module) const
{
    const auto path = m_paths.find(&module);
    return path != m_paths.end() && !m_outputs.contains(path->second);
}

void ActivationRecorder::record(const torch::nn::Module& module, const torch::Tensor& output)
{
    record(m_paths.at(&module), output);
}

void ActivationRecorder::record(const std::string& path, const torch::Tensor& output)
{
    m_outputs.emplace(path, output.detach().clone());
}

} // namespace toca::models
