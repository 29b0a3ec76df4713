// SPDX-License-Identifier: Apache-2.0
#include "app/cli/progress.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace toca::app {
namespace {

constexpr int kTenths = 10; // lines that a run's steps get where there is no terminal
constexpr std::size_t kBarWidth = 24; // characters

std::size_t terminalWidth()
{
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string bar(double share)
{
    const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * kBarWidth + 0.5);
    return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] ";
}

} // namespace

Progress::Progress(bool isQuiet)
    : m_isQuiet(isQuiet)
{
    const char* terminal = std::getenv("TERM");
    m_isTerminal = ::isatty(STDERR_FILENO) == 1 && !(terminal && std::string_view(terminal) == "dumb");
}

void Progress::begin(std::string label)
{
    m_label = label.empty() ? "" : label + ": ";
    m_printedTenths = 0;
}

void Progress::clear()
{
    if (m_isDrawn)
        std::fputs("\r\033[K", stderr);
    m_isDrawn = false;
}

void Progress::stageChanged(Stage stage)
{
    m_stage = stage;
    if (stage == Stage::Done)
        return clear();
    if (m_isTerminal)
        draw(stageName(stage), 0);
    else
        print(stageName(stage));
}

void Progress::stepFinished(const StepReport& report)
{
    const int done = report.step + 1;
    if (m_isTerminal)
        return draw(progressText(report) + "  " + stageName(m_stage), static_cast<double>(done) / report.steps);
    const int tenths = done * kTenths / report.steps;
    if (tenths > m_printedTenths || done == report.steps)
        print(progressText(report));
    m_printedTenths = tenths;
}

void Progress::decodingProgress(int done, int of)
{
    if (m_isTerminal && of > 0)
        draw(std::string(stageName(m_stage)) + " " + std::to_string(done) + "/" + std::to_string(of),
            static_cast<double>(done) / of);
}

void Progress::draw(const std::string& text, double share)
{
    if (m_isQuiet)
        return;
    // A line that wraps could not be redrawn.
    const std::string line = (m_label + bar(share) + text).substr(0, terminalWidth() - 1);
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
    m_isDrawn = true;
}

void Progress::print(const std::string& text)
{
    if (!m_isQuiet)
        std::fprintf(stderr, "%s%s\n", m_label.c_str(), text.c_str());
}

} // namespace toca::app
