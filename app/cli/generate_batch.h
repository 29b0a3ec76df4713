// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/generate_item.h"
#include "app/cli/request_options.h"

#include <string>
#include <vector>

namespace toca::app {

/// The clips that a command line asks for: every prompt with every seed. Items are made when asked for, since prompts
/// may be long and many.
class GenerateBatch {
public:
    /// @param base the request without the prompts and seeds of a batch
    /// @return InvalidArgument (no prompt, too many clips, two results with one name), or an error of the prompt file
    static Result<GenerateBatch> make(const RequestOptions& options, const GenerationRequest& base);

    std::size_t size() const { return m_prompts.size() * m_seedCount; }
    bool isNumbered() const { return m_options.isBatch(); }
    /// Where the batch's report goes; all of a batch share one file.
    const std::optional<std::string>& report() const { return m_options.report; }
    GenerateItem item(std::size_t index) const;
    /// All items get the setting that was chosen for the target.
    void setTarget(const SolvedTarget& target);
    /// Tries every place that will be written to.
    Result<void> checkOutputs() const;

private:
    RequestOptions m_options;
    GenerationRequest m_base;
    std::vector<std::string> m_prompts;
    std::size_t m_seedCount = 1;
    std::optional<SolvedTarget> m_target;
};

} // namespace toca::app
