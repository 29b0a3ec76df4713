// SPDX-License-Identifier: Apache-2.0
#include "app/cli/generate_batch.h"

#include "app/cli/clip_files.h"
#include "app/cli/output_paths.h"
#include "app/cli/prompt_list.h"

#include <set>

namespace toca::app {
namespace {

constexpr std::size_t kMostClips = 100'000;

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

/// A clip carries its request: better refused now than after the run.
Result<void> checkCarriable(const GenerationRequest& request)
{
    if (toJson(request).size() <= longestClipRequest())
        return {};
    return invalid("The prompt is too long: with the other settings it must fit into "
        + std::to_string(longestClipRequest() >> 20) + " MiB, since the clip carries it.");
}

} // namespace

Result<GenerateBatch> GenerateBatch::make(const RequestOptions& options, const GenerationRequest& base)
{
    GenerateBatch batch;
    batch.m_options = options;
    batch.m_base = base;
    if (!options.prompt && !options.prompts && !options.classLabel)
        return invalid(
            "--prompt is missing; say what the clip shows (it may be empty), or give --prompts FILE, or --class "
            "for a class-conditional model.");
    if (options.repeat && (!options.compareBaseline || *options.repeat < 1 || *options.repeat > 1000))
        return invalid("--repeat must be from 1 to 1000 and needs --compare-baseline.");
    if (options.prompts) {
        auto prompts = readPrompts(*options.prompts);
        if (!prompts)
            return unexpected(prompts.error());
        batch.m_prompts = std::move(*prompts);
        for (std::string& prompt : batch.m_prompts)
            prompt = sanitizedPrompt(prompt);
    } else {
        batch.m_prompts = {base.prompt};
    }
    if (options.seeds) {
        const std::uint64_t span = options.seeds->last - options.seeds->first;
        if (span >= kMostClips || (span + 1) * batch.m_prompts.size() > kMostClips)
            return invalid("Prompts times seeds are more than " + std::to_string(kMostClips)
                + " clips; split them into several calls.");
        batch.m_seedCount = static_cast<std::size_t>(span) + 1;
    }
    for (const std::string& prompt : batch.m_prompts) {
        GenerationRequest request = base;
        request.prompt = prompt;
        if (auto checked = checkRequest(request); !checked)
            return unexpected(checked.error());
        if (auto carriable = checkCarriable(request); !carriable)
            return unexpected(carriable.error());
    }
    return batch;
}

GenerateItem GenerateBatch::item(std::size_t index) const
{
    GenerateItem item;
    item.request = m_base;
    item.request.prompt = m_prompts[index / m_seedCount];
    if (m_options.seeds)
        item.request.seed = m_options.seeds->first + index % m_seedCount;
    item.clip = !m_options.out ? defaultClipName(item.request)
        : isNumbered()         ? numberedName(*m_options.out, index + 1)
                               : std::filesystem::path(*m_options.out);
    if (m_options.trace)
        item.trace = isNumbered() ? numberedName(*m_options.trace, index + 1) : std::filesystem::path(*m_options.trace);
    item.compareBaseline = m_options.compareBaseline;
    item.repeat = m_options.repeat.value_or(1);
    item.warmUp = index == 0;
    item.target = m_target;
    if (isNumbered())
        item.label = std::to_string(index + 1) + "/" + std::to_string(size());
    return item;
}

void GenerateBatch::setTarget(const SolvedTarget& target)
{
    m_target = target;
    m_base.policyParameters = target.answer.values;
}

Result<void> GenerateBatch::checkOutputs() const
{
    std::set<std::filesystem::path> names;
    const auto isNew = [&names](const std::filesystem::path& path) {
        return names.insert(std::filesystem::absolute(path).lexically_normal()).second;
    };
    const auto twice = [](const std::filesystem::path& path) {
        return invalid("'" + path.string() + "' is named for two results; give each a name of its own.");
    };
    if (report() && *report() != "-") {
        if (auto writable = checkWritableFile(*report()); !writable)
            return writable;
        isNew(*report());
    }
    for (std::size_t i = 0; i < size(); ++i) {
        const GenerateItem each = item(i);
        // All places of a batch lie in the folders of the first, but a name may be taken by a folder.
        if (auto writable = checkWritableClip(each.clip); !writable)
            return writable;
        if (each.trace)
            if (auto writable = checkWritableFile(*each.trace); !writable)
                return writable;
        if (m_options.out && !isNew(each.clip))
            return twice(each.clip);
        if (each.trace && !isNew(*each.trace))
            return twice(*each.trace);
    }
    return {};
}

} // namespace toca::app
