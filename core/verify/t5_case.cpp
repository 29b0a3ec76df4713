// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/json_config.h"
#include "core/models/text/t5_encoder.h"
#include "core/models/text/tokenizer.h"
#include "core/verify/families.h"

#include <torch/torch.h>

namespace toca::verify {
namespace {

/// Checks tokenizer.json's expected ids with the case's own SentencePiece model.
Result<void> checkTokenizer(const ReferenceCase& reference, CaseReport& report)
{
    const auto file = reference.folder() / "tokenizer.json";
    if (!std::filesystem::exists(file))
        return {};
    const auto json = checkpoint::readJsonFile(file);
    if (!json)
        return unexpected(json.error());
    models::TokenizerOptions options;
    options.maxLength = json->value("max_length", std::int64_t{20});
    auto tokenizer = models::Tokenizer::open(reference.folder() / json->value("model", "spiece.model"), options);
    if (!tokenizer)
        return unexpected(tokenizer.error());
    Verdict verdict;
    int wrong = 0, count = 0;
    for (const auto& entry : json->value("cases", nlohmann::json::array())) {
        ++count;
        const auto padded = tokenizer->encodePadded(entry.at("text").get<std::string>());
        bool same = !entry.contains("padded") || padded.ids == entry["padded"].get<models::TokenIds>();
        same = same && (!entry.contains("mask") || padded.mask == entry["mask"].get<models::TokenIds>());
        wrong += same ? 0 : 1;
    }
    verdict.passed = wrong == 0 && count > 0;
    verdict.largestError = wrong;
    verdict.remark = std::to_string(count - wrong) + " of " + std::to_string(count) + " texts";
    report.add("tokenizer/ids", verdict);
    return {};
}

} // namespace

Result<void> runT5Case(const ReferenceCase& reference, CaseReport& report)
{
    if (auto checked = checkTokenizer(reference, report); !checked)
        return checked;
    const auto config =
        models::T5Config::fromJson(reference.json().value("config", nlohmann::json::object()), "case.json");
    if (!config)
        return unexpected(config.error());
    const auto weights = reference.weights();
    if (!weights)
        return unexpected(weights.error());
    auto encoder = models::loadT5Encoder(*config, *weights);
    if (!encoder)
        return unexpected(encoder.error());

    for (const auto& tensor : reference.tensors()) {
        const std::string suffix = "/last_hidden_state";
        if (!tensor.name.ends_with(suffix))
            continue;
        const std::string group = tensor.name.substr(0, tensor.name.size() - suffix.size());
        if (!report.wants(group))
            continue;
        // A group without ids of its own runs the batch's, without a mask.
        const std::string source = reference.has(group + "/input_ids") ? group : "batch";
        torch::Tensor mask;
        if (reference.has(group + "/attention_mask"))
            mask = reference.vector(group + "/attention_mask");
        std::vector<torch::Tensor> hidden;
        const auto out = (*encoder)->forward(reference.vector(source + "/input_ids").to(torch::kInt64), mask, &hidden);
        report.check(tensor.name, out);
        for (std::size_t i = 0; i < hidden.size(); ++i)
            report.check(group + "/hidden." + std::to_string(i), hidden[i]);
    }
    if (reference.has("relative_bias"))
        report.check("relative_bias", (*encoder)->relativeBias(reference.vector("relative_bias").size(2)));
    return {};
}

} // namespace toca::verify
