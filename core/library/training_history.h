// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toca::library {

/// One step of a training as its log tells it. What the log does not hold, or holds as no number, is NaN.
struct TrainingStep {
    std::int64_t step = 0; ///< counted from 1
    double hours =
        0; ///< of training until then, pauses left out; between validations, which know it, by the lines' times
    float loss = std::numeric_limits<float>::quiet_NaN();
    float learningRate = std::numeric_limits<float>::quiet_NaN();
    float gradientNorm = std::numeric_limits<float>::quiet_NaN();
    float samplesPerSecond = std::numeric_limits<float>::quiet_NaN();
    std::uint8_t kind = 0; ///< index of TrainingHistory::kinds
};

struct TrainingValidation {
    std::int64_t step = 0;
    double hours = 0;
    double loss = 0;
};

/// An event that people want to see: "rolled_back", "decay", "not_sampled", with its sentence.
struct TrainingMark {
    std::int64_t step = 0;
    double hours = 0;
    std::string event;
    std::string detail;
};

/// Where a training is.
struct TrainingStanding {
    std::int64_t steps = 0; ///< made so far
    double lastTime = 0; ///< of the newest line, seconds since 1970; 0 = none
    double trainedSeconds = 0;
    double secondsPerStep = 0; ///< recently; 0 = not known
    double samplesPerSecond = std::numeric_limits<double>::quiet_NaN();
    std::optional<double> etaSeconds; ///< as the newest step said; none = open end
    std::string lastEvent;
    bool isDecaying = false;
    std::int64_t rollbacks = 0;
    std::int64_t exportedStep = -1; ///< of the model folder, -1 = not known
    std::int64_t sampledStep = -1;
    std::int64_t skippedLines = 0; ///< that were no line of a training's log
    std::int64_t notNumbers = 0; ///< steps whose loss or gradient was no number
};

enum class TrainingState {
    Empty, ///< no step yet
    Running,
    Silent, ///< neither stopped nor heard of for long: killed, paused, or the machine sleeps
    Stopped,
    Ended, ///< the learning rate has fallen to zero
};

/// @param now seconds since 1970
TrainingState stateOf(const TrainingStanding& standing, double now);

/// What the lines of a training's log (docs/training.md) add up to. Takes anything: lines that are none are counted.
///
/// A log that goes back (a resumption, a roll-back) goes on from there: later lines of the same step hold, and what
/// came after it belongs to weights that are gone.
class TrainingHistory {
public:
    static constexpr std::int64_t kMostSteps = 1'000'000'000; ///< a line with a larger step is no line of a training
    static constexpr std::size_t kMostKinds = 8; ///< kinds beyond that share the last one

    void addLine(std::string_view line);
    void countSkipped() { ++m_standing.skippedLines; }

    const std::vector<TrainingStep>& steps() const { return m_steps; } ///< ascending
    const std::vector<TrainingValidation>& validations() const { return m_validations; } ///< ascending
    const std::vector<TrainingMark>& marks() const { return m_marks; } ///< as they came
    const std::vector<std::string>& kinds() const { return m_kinds; } ///< as they came
    const TrainingStanding& standing() const { return m_standing; }

private:
    struct Line;
    class LineReader;
    void addStep(const Line& line);
    void addValidation(const Line& line);
    void addMark(const Line& line);
    void goBackTo(std::int64_t step);
    void correctHours(double trainedSeconds);
    std::uint8_t kindOf(const std::string& name);

    std::vector<TrainingStep> m_steps;
    std::vector<TrainingValidation> m_validations;
    std::vector<TrainingMark> m_marks;
    std::vector<std::string> m_kinds;
    std::size_t m_corrected = 0; ///< steps whose hours a validation has confirmed
    TrainingStanding m_standing;
};

} // namespace toca::library
