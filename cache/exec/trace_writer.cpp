// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/trace_writer.h"

#include <algorithm>
#include <span>

namespace toca::cache {
namespace {

/// The values of a contiguous tensor in the computer's memory; none of an undefined one.
template <class Value>
std::span<const Value> valuesOf(const torch::Tensor& tensor)
{
    if (!tensor.defined())
        return {};
    return {tensor.const_data_ptr<Value>(), static_cast<std::size_t>(tensor.numel())};
}

/// All tensors of one member, flat, behind each other, fetched at once; undefined where there are none.
template <class Gathered>
torch::Tensor fetched(const std::vector<Gathered>& gathered, torch::Tensor Gathered::*member)
{
    std::vector<torch::Tensor> parts;
    for (const Gathered& each : gathered)
        if ((each.*member).defined())
            parts.push_back((each.*member).flatten());
    return parts.empty() ? torch::Tensor() : torch::cat(parts).cpu();
}

/// The next `count` values. @param used values that are taken already
torch::Tensor next(const torch::Tensor& all, std::int64_t count, std::int64_t& used)
{
    used += count;
    return all.narrow(0, used - count, count);
}

} // namespace

void TraceWriter::append(const plan::TraceCell& cell, const torch::Tensor& ids, const torch::Tensor& score)
{
    if (!m_trace)
        return;
    Gathered own{cell, {}, {}};
    const auto firstRows = [&](const torch::Tensor& rows) {
        return rows.narrow(0, 0, std::min<std::int64_t>(m_trace->selectionRows(), rows.size(0))).contiguous();
    };
    if (ids.defined())
        own.ids = firstRows(ids);
    if (score.defined() && m_trace->level() == plan::TraceLevel::Scores)
        own.score = firstRows(score).to(torch::kFloat32);
    if (m_gathers)
        m_gathered.push_back(std::move(own));
    else
        m_trace->append(cell, valuesOf<std::int64_t>(own.ids), valuesOf<float>(own.score));
}

void TraceWriter::fetch()
{
    const torch::Tensor ids = fetched(m_gathered, &Gathered::ids), scores = fetched(m_gathered, &Gathered::score);
    std::int64_t usedIds = 0, usedScores = 0;
    for (const Gathered& each : m_gathered) {
        torch::Tensor ownIds, ownScore;
        if (each.ids.defined())
            ownIds = next(ids, each.ids.numel(), usedIds);
        if (each.score.defined())
            ownScore = next(scores, each.score.numel(), usedScores);
        m_trace->append(each.cell, valuesOf<std::int64_t>(ownIds), valuesOf<float>(ownScore));
    }
    m_gathered.clear();
}

void TraceWriter::appendEvaluation(plan::TraceEvaluation evaluation, const torch::Tensor& latent)
{
    if (!m_trace)
        return;
    fetch();
    evaluation.latentRms = latent.defined() ? latent.square().mean().sqrt().item<double>() : 0.0;
    m_trace->appendEvaluation(evaluation);
}

} // namespace toca::cache
