// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/engine.h"

#include <string>

namespace toca::app {

/// Shows on stderr how a run goes on: one line that is redrawn in a terminal, plain lines otherwise.
class Progress final : public Observer {
public:
    explicit Progress(bool isQuiet);
    ~Progress() override { clear(); }

    /// Names what follows: "", "baseline", "2/5". Shown in front of the line.
    void begin(std::string label);
    /// Removes the line from a terminal, so that something else can be printed.
    void clear();

    void stageChanged(Stage stage) override;
    void stepFinished(const StepReport& report) override;
    void decodingProgress(int done, int of) override;
    bool wantsPreviews() const override { return false; }

private:
    void draw(const std::string& text, double share);
    void print(const std::string& text);

    bool m_isQuiet = false;
    bool m_isTerminal = false;
    bool m_isDrawn = false;
    Stage m_stage = Stage::Done;
    int m_printedTenths = 0; ///< of the steps
    std::string m_label;
};

} // namespace toca::app
