// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/checkpoint/checkpoint.h"

#include <nlohmann/json.hpp>
#include <torch/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace toca::verify {

/// What a stored tensor is for.
enum class Role { Input, Expected, Selection, Info };

/// How far a computed tensor may be from the stored one (reference README section 3).
struct Tolerance {
    bool exact = false;
    std::optional<double> absolute;
    std::optional<double> relativeToMax; ///< of the largest absolute reference value
    std::optional<double> relative; ///< elementwise
    std::optional<double> meanAbsolute; ///< pictures: largest mean difference
    std::optional<double> fractionWithin; ///< pictures: at least this share within `fractionAbsolute`
    double fractionAbsolute = 0;
    bool onlyMaskedRows = false; ///< compare the rows whose mask is 1
};

struct CaseTensor {
    std::string name;
    Role role = Role::Info;
    Tolerance tolerance;
};

/// One folder of reference vectors: case.json, vectors.safetensors, perhaps weights.safetensors.
class ReferenceCase {
public:
    /// @return NotFound, BadFormat
    static Result<ReferenceCase> open(const std::filesystem::path& folder);

    const std::filesystem::path& folder() const { return m_folder; }
    const std::string& family() const { return m_family; }
    const nlohmann::json& json() const { return m_json; }
    const std::vector<CaseTensor>& tensors() const { return m_tensors; }
    const CaseTensor* find(const std::string& name) const;
    bool has(const std::string& name) const { return m_vectors->find(name) != nullptr; }
    /// A copy of the stored tensor. @throws c10::Error when it is not there
    torch::Tensor vector(const std::string& name) const;
    /// weights.safetensors beside the case
    Result<checkpoint::Checkpoint> weights() const;

private:
    std::filesystem::path m_folder;
    std::string m_family;
    nlohmann::json m_json;
    std::vector<CaseTensor> m_tensors;
    std::optional<checkpoint::Checkpoint> m_vectors;
};

} // namespace toca::verify
