// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/train.h"

#include <cstdio>
#include <memory>
#include <string>

namespace toca::training {

/// The log of a training: one JSON object a line, appended; see docs/training.md for its events.
class TrainingLog {
public:
    /// @return Io
    static Result<TrainingLog> open(const std::filesystem::path& path);

    void step(const StepReport& report);
    void validation(std::int64_t step, double loss, double seconds);
    /// Anything else: "started", "resumed", "saved", "rolled_back", "encoded", "sampled", "exported", "finished".
    /// @param detail a sentence for people, may be empty
    void event(const std::string& name, std::int64_t step, const std::string& detail = {});

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    void line(const std::string& json);
    std::unique_ptr<std::FILE, Close> m_file;
};

} // namespace toca::training
