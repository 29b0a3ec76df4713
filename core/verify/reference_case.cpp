// SPDX-License-Identifier: Apache-2.0
#include "core/verify/reference_case.h"

#include "core/base/printable.h"
#include "core/checkpoint/json_config.h"

#include <torch/torch.h>

#include <algorithm>

namespace toca::verify {
namespace {

std::optional<double> number(const nlohmann::json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? std::optional<double>(found->get<double>()) : std::nullopt;
}

Tolerance toleranceOf(const nlohmann::json& tensor)
{
    Tolerance tolerance;
    const auto tol = tensor.find("tol");
    if (tol == tensor.end() || !tol->is_object()) {
        tolerance.exact = true; // nothing may differ where nothing is said
        return tolerance;
    }
    tolerance.exact = tol->value("exact", false);
    tolerance.absolute = number(*tol, "abs");
    tolerance.relativeToMax = number(*tol, "rel_to_max");
    tolerance.relative = number(*tol, "rel");
    tolerance.meanAbsolute = number(*tol, "mean_abs");
    tolerance.onlyMaskedRows = tol->contains("rows") && (*tol)["rows"] == "mask";
    if (const auto within = tol->find("fraction_within"); within != tol->end() && within->is_object()) {
        tolerance.fractionWithin = number(*within, "at_least");
        tolerance.fractionAbsolute = number(*within, "abs").value_or(0);
    }
    return tolerance;
}

} // namespace

Result<ReferenceCase> ReferenceCase::open(const std::filesystem::path& folder)
{
    ReferenceCase result;
    result.m_folder = folder;
    checkpoint::JsonLimits limits;
    limits.bytes = 64u << 20;
    auto json = checkpoint::readJsonFile(folder / "case.json", limits);
    if (!json)
        return unexpected(json.error());
    result.m_json = std::move(*json);
    const auto malformed = [&](const std::string& what) {
        return unexpected(ErrorCode::BadFormat, quotedPath((folder / "case.json").string()) + ": " + what + ".");
    };
    if (!result.m_json.is_object() || !result.m_json.contains("family") || !result.m_json["family"].is_string())
        return malformed("no 'family' says what the case is");
    result.m_family = result.m_json["family"];
    const auto tensors = result.m_json.find("tensors");
    if (tensors != result.m_json.end()) {
        if (!tensors->is_object())
            return malformed("'tensors' must be an object");
        for (const auto& [name, description] : tensors->items()) {
            if (!description.is_object())
                return malformed("the entry of tensor '" + name + "' must be an object");
            CaseTensor tensor{name, Role::Info, toleranceOf(description)};
            const std::string role = description.value("role", "info");
            if (role == "input")
                tensor.role = Role::Input;
            else if (role == "expected")
                tensor.role = Role::Expected;
            else if (role == "selection")
                tensor.role = Role::Selection;
            else if (role != "info")
                return malformed("tensor '" + name + "' has the unknown role '" + role + "'");
            result.m_tensors.push_back(std::move(tensor));
        }
    }
    if (!result.m_tensors.empty()) {
        auto vectors = checkpoint::Checkpoint::open(folder / "vectors.safetensors");
        if (!vectors)
            return unexpected(vectors.error());
        result.m_vectors = std::move(*vectors);
        for (const auto& tensor : result.m_tensors) {
            const checkpoint::TensorInfo* stored = result.m_vectors->find(tensor.name);
            if (!stored)
                return unexpected(ErrorCode::BadFormat,
                    quotedPath((folder / "vectors.safetensors").string()) + " has no tensor '" + tensor.name
                        + "' that case.json names.");
            const auto& described = (*tensors)[tensor.name];
            const auto shape = described.find("shape");
            if (shape != described.end() && *shape != nlohmann::json(stored->shape))
                return malformed("tensor '" + tensor.name + "' has the shape " + shape->dump()
                    + ", but vectors.safetensors holds " + nlohmann::json(stored->shape).dump());
        }
    }
    return result;
}

const CaseTensor* ReferenceCase::find(const std::string& name) const
{
    const auto found =
        std::find_if(m_tensors.begin(), m_tensors.end(), [&](const auto& tensor) { return tensor.name == name; });
    return found == m_tensors.end() ? nullptr : &*found;
}

torch::Tensor ReferenceCase::vector(const std::string& name) const
{
    TORCH_CHECK(m_vectors && m_vectors->find(name), "the case has no tensor '", name, "'");
    return m_vectors->tensor(name).clone();
}

Result<checkpoint::Checkpoint> ReferenceCase::weights() const
{
    return checkpoint::Checkpoint::open(m_folder / "weights.safetensors");
}

} // namespace toca::verify
