// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/job_plan.h"

#include "cache/plan/policy.h"
#include "ui/compare/baseline_store.h"
#include "ui/runs/value_list.h"

#include <algorithm>

namespace toca::ui {

namespace {

Unexpected refused(const std::string& problem)
{
    return unexpected(ErrorCode::InvalidArgument, problem);
}

/// The texts of an axis; number lists are written out.
Result<QStringList> textsOf(const QString& values, const plan::ParameterSpec& spec)
{
    const bool isNumber = spec.kind == plan::ParameterKind::Integer || spec.kind == plan::ParameterKind::Number;
    QStringList texts;
    if (isNumber) {
        const auto numbers = numberList(values, JobPlan::kMostRuns);
        if (!numbers) {
            return unexpected(numbers.error());
        }
        for (const double number : *numbers) {
            texts += QString::number(number, 'g', 12);
        }
        return texts;
    }
    // Texts have commas of their own.
    const QLatin1Char separator(spec.kind == plan::ParameterKind::Text ? ';' : ',');
    for (const QString& part : values.split(separator, Qt::SkipEmptyParts)) {
        texts += part.trimmed();
    }
    return texts;
}

Result<std::vector<GenerationRequest>> varied(const std::vector<GenerationRequest>& before, const JobAxis& axis)
{
    std::vector<GenerationRequest> after;
    const auto isRoom = [&] { return after.size() <= static_cast<std::size_t>(JobPlan::kMostRuns); };
    if (axis.parameter.empty()) {
        for (const QString& part : axis.values.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
            const std::string policy = part.section(QLatin1Char(':'), 0, 0).trimmed().toStdString();
            const std::string preset = part.section(QLatin1Char(':'), 1).trimmed().toStdString();
            if (const auto made = plan::makePolicy(policy, {}, preset);
                !made && made.error().code == ErrorCode::InvalidArgument) {
                return unexpected(made.error());
            }
            for (GenerationRequest request : before) {
                if (request.policy != policy || request.preset != preset) {
                    request.policyParameters.clear();
                    request.protect.clear(); // spares tokens of a cached run only
                }
                request.policy = policy;
                request.preset = preset;
                after.push_back(std::move(request));
            }
        }
    } else {
        const plan::PolicyEntry* policy = plan::findPolicy(before.front().policy);
        const auto spec = policy ? std::find_if(policy->parameters.begin(), policy->parameters.end(),
                              [&](const plan::ParameterSpec& each) { return each.name == axis.parameter; })
                                 : std::vector<plan::ParameterSpec>::const_iterator();
        if (!policy || spec == policy->parameters.end()) {
            return refused("The policy " + before.front().policy + " has no parameter '" + axis.parameter + "'.");
        }
        const auto texts = textsOf(axis.values, *spec);
        if (!texts) {
            return unexpected(texts.error().code, spec->label + ": " + texts.error().message);
        }
        for (const QString& text : *texts) {
            const auto value = plan::parseParameter(*spec, text.toStdString());
            if (!value) {
                return unexpected(value.error());
            }
            for (GenerationRequest request : before) {
                request.policyParameters.insert_or_assign(axis.parameter, *value);
                after.push_back(std::move(request));
                if (!isRoom()) {
                    return after;
                }
            }
        }
    }
    if (after.empty()) {
        return refused("There is no value to vary.");
    }
    return after;
}

} // namespace

Result<std::vector<GenerationRequest>> JobPlan::requests() const
{
    const auto numbers = seeds.trimmed().isEmpty() ? Result<std::vector<std::uint64_t>>(std::vector{base.seed})
                                                   : seedList(seeds, kMostRuns);
    if (!numbers) {
        return unexpected(numbers.error().code, "Seeds: " + numbers.error().message);
    }
    const QStringList texts = prompts.isEmpty() ? QStringList{QString::fromStdString(base.prompt)} : prompts;
    if (static_cast<std::size_t>(texts.size()) * numbers->size() > static_cast<std::size_t>(kMostRuns)) {
        return refused("These are more than " + std::to_string(kMostRuns) + " runs; use fewer prompts or seeds.");
    }
    std::vector<GenerationRequest> all;
    for (const QString& prompt : texts) {
        for (const std::uint64_t seed : *numbers) {
            GenerationRequest request = base;
            if (base.classLabel < 0) {
                request.prompt = prompt.toStdString();
            }
            request.seed = seed;
            std::vector<GenerationRequest> points{request};
            for (const JobAxis& axis : axes) {
                auto more = varied(points, axis);
                if (!more) {
                    return more;
                }
                points = std::move(*more);
            }
            if (withUncached) {
                std::erase_if(points, [](const GenerationRequest& each) { return each.policy == "none"; });
                all.push_back(uncached(request));
            }
            all.insert(all.end(), points.begin(), points.end());
            if (all.size() > static_cast<std::size_t>(kMostRuns)) {
                return refused("These are more than " + std::to_string(kMostRuns) + " runs; vary less.");
            }
        }
    }
    return all;
}

} // namespace toca::ui
