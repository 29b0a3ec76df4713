// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/json_config.h"

#include <QByteArray>
#include <QtTest>

#include <torch/torch.h>

#include <algorithm>
#include <string>
#include <vector>

namespace toca::test {

/// One folder below tests/reference: its case.json and vectors.safetensors.
class ReferenceTensors {
public:
    explicit ReferenceTensors(const std::filesystem::path& folder)
        : m_folder(folder)
        , m_case(must(checkpoint::readJsonFile(folder / "case.json")))
        , m_vectors(must(checkpoint::Checkpoint::open(folder / "vectors.safetensors")))
    {
    }

    /// The value, or the end of this test program with the error's message.
    template <class T>
    static T must(Result<T> result)
    {
        if (!result)
            qFatal("%s", result.error().message.c_str());
        return *std::move(result);
    }

    const std::filesystem::path& folder() const { return m_folder; }
    const nlohmann::json& json() const { return m_case; }
    torch::Tensor tensor(const std::string& name) const { return m_vectors.tensor(name).clone(); }
    bool has(const std::string& name) const { return m_vectors.find(name) != nullptr; }

    /// Names of all tensors to be produced, that start with `prefix`.
    std::vector<std::string> expected(const std::string& prefix = {}) const
    {
        std::vector<std::string> names;
        for (const auto& [name, entry] : m_case.at("tensors").items())
            if (entry.at("role") == "expected" && name.rfind(prefix, 0) == 0)
                names.push_back(name);
        return names;
    }

    /// Empty when `actual` is within the tolerance of the expected tensor `name`, else what differs.
    QByteArray difference(const std::string& name, const torch::Tensor& actual)
    {
        m_compared.push_back(name);
        const torch::Tensor wanted = m_vectors.tensor(name).to(torch::kFloat64);
        if (!actual.defined() || actual.sizes() != wanted.sizes())
            return QByteArray::fromStdString(name + ": not produced, or of another shape");
        const nlohmann::json& tolerance = m_case.at("tensors").at(name).at("tol");
        const double largest = wanted.abs().max().item<double>();
        const double bound = std::max(tolerance.value("abs", 0.0), tolerance.value("rel_to_max", 0.0) * largest);
        const double error = (actual.to(torch::kFloat64) - wanted).abs().max().item<double>();
        // Written so that NaN fails.
        if (error <= bound)
            return {};
        return QByteArray::fromStdString(
            name + ": differs by " + std::to_string(error) + ", allowed is " + std::to_string(bound));
    }

    /// Names among `expected(prefix)` that were never compared.
    std::vector<std::string> forgotten(const std::string& prefix = {}) const
    {
        std::vector<std::string> names = expected(prefix);
        std::erase_if(names, [&](const std::string& name) {
            return std::find(m_compared.begin(), m_compared.end(), name) != m_compared.end();
        });
        return names;
    }

private:
    std::filesystem::path m_folder;
    nlohmann::json m_case;
    checkpoint::Checkpoint m_vectors;
    std::vector<std::string> m_compared;
};

} // namespace toca::test
