// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/cross_attention.h"

#include "cache/exec/ops/attention_scores.h"
#include "cache/exec/ops/trained_attention.h"
#include "core/models/layers/activation_recorder.h"
#include "core/models/layers/attention.h"
#include "core/models/layers/attention_evidence.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace toca::models {

using cache::EvidenceKind;
using cache::TokenSubset;

PackedText PackedText::of(const torch::Tensor& projected, const torch::Tensor& mask, cache::CachingSession& session)
{
    const std::int64_t rows = projected.size(0), length = projected.size(1);
    PackedText text;
    text.m_projected = projected;
    if (!mask.defined()) {
        text.m_lengths.assign(static_cast<std::size_t>(rows), length);
        return text;
    }
    TORCH_CHECK(mask.dim() == 2 && mask.size(0) > 0 && rows % mask.size(0) == 0 && mask.size(1) == length,
        "the text mask must be (prompts, ", length, "), got ", mask.sizes());
    text.m_kept = mask.ne(0).repeat({rows / mask.size(0), 1});
    const auto lengths = session.once("text_lengths", [&] { return text.m_kept.sum(1).cpu(); }).contiguous();
    text.m_lengths.assign(lengths.const_data_ptr<std::int64_t>(), lengths.const_data_ptr<std::int64_t>() + rows);
    for (const std::int64_t tokens : text.m_lengths)
        TORCH_CHECK(tokens > 0, "a caption without a token; the text mask must keep at least one");
    return text;
}

std::int64_t PackedText::longest() const
{
    return *std::max_element(m_lengths.begin(), m_lengths.end());
}

bool PackedText::isUniform() const
{
    return std::all_of(
        m_lengths.begin(), m_lengths.end(), [&](std::int64_t length) { return length == m_lengths.front(); });
}

const torch::Tensor& PackedText::tokens() const
{
    if (!m_tokens.defined())
        m_tokens = m_kept.defined() ? m_projected.index({m_kept}).unsqueeze(0)
                                    : m_projected.reshape({1, m_projected.size(0) * m_projected.size(1), -1});
    return m_tokens;
}

CrossAttentionImpl::CrossAttentionImpl(std::int64_t hiddenSize, std::int64_t heads, std::string name)
    : m_heads(heads)
    , m_headSize(hiddenSize / heads)
    , m_name(std::move(name))
    , q_linear(register_module("q_linear", Linear(hiddenSize, hiddenSize)))
    , kv_linear(register_module("kv_linear", Linear(hiddenSize, 2 * hiddenSize)))
    , proj(register_module("proj", Linear(hiddenSize, hiddenSize)))
    , proj_drop(register_module("proj_drop", Identity()))
{
}

torch::Tensor CrossAttentionImpl::keysAndValues(const PackedText& text)
{
    const auto rows = static_cast<std::int64_t>(text.lengths().size());
    const std::int64_t longest = text.longest();
    auto packed = kv_linear->forward(text.tokens()).squeeze(0); // (sum of lengths, 2C)
    torch::Tensor padded;
    if (text.isUniform()) {
        padded = packed.view({rows, longest, 2, m_heads, m_headSize});
    } else if (torch::GradMode::is_enabled() && packed.requires_grad()) {
        // One gather instead of a piece per row, which a backward pass would have to put together again. Padding, which
        // nothing attends to, repeats the row's last token.
        std::vector<std::int64_t> ids;
        std::int64_t first = 0;
        for (const std::int64_t length : text.lengths()) {
            for (std::int64_t token = 0; token < longest; ++token)
                ids.push_back(first + std::min(token, length - 1));
            first += length;
        }
        padded = packed.index_select(0, torch::tensor(ids, torch::TensorOptions(torch::kInt64).device(packed.device())))
                     .view({rows, longest, 2, m_heads, m_headSize});
    } else {
        std::vector<torch::Tensor> parts;
        for (const auto& part : packed.split_with_sizes(text.lengths()))
            parts.push_back(torch::constant_pad_nd(part, {0, 0, 0, longest - part.size(0)}));
        padded = torch::stack(parts).view({rows, longest, 2, m_heads, m_headSize});
    }
    return padded.permute({0, 2, 3, 1, 4}).contiguous();
}

torch::Tensor CrossAttentionImpl::forward(
    const torch::Tensor& x, const TokenSubset& subset, const PackedText& text, cache::CachingSession& session)
{
    const std::int64_t batch = x.size(0), count = x.size(1), longest = text.longest();
    const cache::TrainedHeads trained{m_heads, m_headSize, {}, {}, 0, {}};
    if (!ActivationRecorder::current() && !session.wants(EvidenceKind::CrossAttentionEntropy)
        && cache::runsTrainedAttention(x, trained, longest))
        return proj->forward(cache::trainedCrossAttention(
            q_linear->forward(x), kv_linear->forward(text.tokens()).squeeze(0), text.lengths(), trained));
    const auto kv = session.once(m_name, [&] { return keysAndValues(text); }).unbind(1);
    const auto q = q_linear->forward(x).view({batch, count, m_heads, m_headSize}).transpose(1, 2); // (B, heads, K, D)
    torch::Tensor bias; // (B, 1, 1, L): padding is not attended to
    if (!text.isUniform()) {
        bias = session.once("text_bias", [&] { // the same in every layer
            const auto lengths = torch::tensor(text.lengths(), torch::TensorOptions(torch::kInt64).device(x.device()));
            const auto padding = torch::arange(longest, lengths.options()).unsqueeze(0) >= lengths.unsqueeze(1);
            return torch::zeros({batch, longest}, x.options())
                .masked_fill(padding, -std::numeric_limits<double>::infinity())
                .view({batch, 1, 1, longest});
        });
    }
    torch::Tensor out;
    if (!session.wants(EvidenceKind::CrossAttentionEntropy)) {
        out = attended(q, kv[0], kv[1], bias);
    } else {
        // One blocked pass gives the output and, per token, the entropy of its head-mean attention over the text: a
        // block's map is dropped before the next one is made. Half weight per guidance row: section 6.3 s2 of the
        // specification.
        const double weight = 1.0 / session.geometry().guidanceRows;
        const auto scaledKeys = (kv[0] * (1.0 / std::sqrt(static_cast<double>(m_headSize)))).transpose(-2, -1);
        const std::int64_t step =
            std::clamp<std::int64_t>(kAttentionBlockValues / (batch * m_heads * longest), 1, count);
        std::vector<torch::Tensor> outputs, entropies;
        for (std::int64_t first = 0; first < count; first += step) {
            auto scores = torch::matmul(q.narrow(2, first, std::min(step, count - first)), scaledKeys);
            if (bias.defined())
                scores = scores + bias;
            const auto [map, entropy] = cache::softmaxWithEntropy(scores, weight);
            outputs.push_back(torch::matmul(map, kv[1]));
            entropies.push_back(entropy);
        }
        out = outputs.size() == 1 ? outputs.front() : torch::cat(outputs, 2);
        session.leaveEvidence(EvidenceKind::CrossAttentionEntropy, subset,
            [&] { return entropies.size() == 1 ? entropies.front() : torch::cat(entropies, 1); });
    }
    const auto merged = out.transpose(1, 2).reshape({batch, count, m_heads * m_headSize});
    return tapped(*this, proj_drop->forward(proj->forward(merged)));
}

} // namespace toca::models
