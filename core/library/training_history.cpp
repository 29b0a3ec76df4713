// SPDX-License-Identifier: Apache-2.0
#include "core/library/training_history.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace toca::library {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargest = 1e30; ///< larger values say nothing and would leave no room for the others in a plot
constexpr double kLatest = 1e11; ///< seconds since 1970
constexpr double kLongestTraining = 1e10; ///< seconds
constexpr double kLongestStep = 3600; ///< seconds; of a first step, whose data had to be made
constexpr double kLeastPause = 60; ///< seconds; a silence between two steps that is longer
constexpr double kPauseSteps = 20; ///< and as long as so many steps was no step
constexpr std::size_t kMostMarks = 4096;
constexpr std::size_t kLongestKind = 40;
constexpr std::size_t kLongestDetail = 1000;
constexpr double kPace = 0.1; ///< weight of the newest step in the recent seconds per step
constexpr double kLeastSilence = 180; ///< seconds
constexpr double kSilentSteps = 20; ///< that many steps without a line are a silence

bool isUsable(double value)
{
    return std::isfinite(value) && std::abs(value) <= kLargest;
}

float shortened(double value)
{
    return isUsable(value) ? static_cast<float>(value) : std::numeric_limits<float>::quiet_NaN();
}

/// At most `limit` bytes, not ending within a character of UTF-8, on one line.
std::string cut(std::string text, std::size_t limit)
{
    if (text.size() > limit) {
        while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80)
            --limit;
        text.resize(limit);
    }
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return text;
}

} // namespace

struct TrainingHistory::Line {
    std::string event, kind, detail;
    double step = kNone, time = kNone, loss = kNone, learningRate = kNone, gradientNorm = kNone;
    double samplesPerSecond = kNone, etaSeconds = kNone, trainingSeconds = kNone;
};

/// Reads the fields of one flat object straight from the text; what lies deeper is passed over.
class TrainingHistory::LineReader : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit LineReader(Line& line)
        : m_line(line)
    {
    }
    bool isObject() const { return m_isObject; }

    bool null() override { return take(kNone); }
    bool boolean(bool) override { return take(kNone); }
    bool number_integer(number_integer_t value) override { return take(static_cast<double>(value)); }
    bool number_unsigned(number_unsigned_t value) override { return take(static_cast<double>(value)); }
    bool number_float(number_float_t value, const string_t&) override { return take(value); }
    bool string(string_t& value) override
    {
        if (m_depth == 1 && m_text)
            *m_text = std::move(value);
        else
            take(kNone);
        return true;
    }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override
    {
        m_isObject = m_isObject || m_depth == 0;
        return deeper();
    }
    bool end_object() override { return higher(); }
    bool start_array(std::size_t) override { return deeper(); }
    bool end_array() override { return higher(); }
    bool key(string_t& name) override
    {
        if (m_depth != 1)
            return true;
        m_text = name == "event" ? &m_line.event
            : name == "kind"     ? &m_line.kind
            : name == "detail"   ? &m_line.detail
                                 : nullptr;
        m_number = name == "step"          ? &m_line.step
            : name == "time"               ? &m_line.time
            : name == "loss"               ? &m_line.loss
            : name == "learning_rate"      ? &m_line.learningRate
            : name == "gradient_norm"      ? &m_line.gradientNorm
            : name == "samples_per_second" ? &m_line.samplesPerSecond
            : name == "eta_seconds"        ? &m_line.etaSeconds
            : name == "training_seconds"   ? &m_line.trainingSeconds
                                           : nullptr;
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

private:
    bool take(double value)
    {
        if (m_depth == 1 && m_number)
            *m_number = value;
        return true;
    }
    bool deeper()
    {
        take(kNone); // an object is no number
        ++m_depth;
        return true;
    }
    bool higher()
    {
        --m_depth;
        return true;
    }

    Line& m_line;
    std::string* m_text = nullptr;
    double* m_number = nullptr;
    int m_depth = 0;
    bool m_isObject = false;
};

TrainingState stateOf(const TrainingStanding& standing, double now)
{
    if (standing.lastEvent == "stopped")
        return standing.isDecaying && standing.etaSeconds && *standing.etaSeconds <= 0 ? TrainingState::Ended
                                                                                       : TrainingState::Stopped;
    if (standing.lastTime <= 0
        || now - standing.lastTime > std::max(kLeastSilence, kSilentSteps * standing.secondsPerStep))
        return standing.steps == 0 && standing.lastTime <= 0 ? TrainingState::Empty : TrainingState::Silent;
    return TrainingState::Running;
}

void TrainingHistory::addLine(std::string_view text)
{
    if (text.find_first_not_of(" \t\r") == std::string_view::npos)
        return;
    Line line;
    LineReader reader(line);
    const bool isJson = nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
    const bool isStep =
        line.step >= 0 && line.step <= static_cast<double>(kMostSteps) && line.step == std::floor(line.step);
    if (!isJson || !reader.isObject() || line.event.empty() || !isStep) {
        countSkipped();
        return;
    }
    if (line.event == "step")
        addStep(line);
    else if (line.event == "validation")
        addValidation(line);
    else
        addMark(line);
    m_standing.lastEvent = cut(std::move(line.event), kLongestKind);
    if (line.time > 0 && line.time <= kLatest)
        m_standing.lastTime = line.time;
}

void TrainingHistory::addStep(const Line& line)
{
    const auto step = static_cast<std::int64_t>(line.step);
    goBackTo(step - 1);
    // Whatever was written before this step (a validation, samples) took time that was no training.
    const bool isTimed = line.time > 0 && line.time <= kLatest && m_standing.lastTime > 0;
    const double seconds = isTimed ? std::min(line.time - m_standing.lastTime, kLongestStep) : 0;
    const bool isBegin = m_standing.lastEvent == "started" || m_standing.lastEvent == "resumed";
    const double pace = m_standing.secondsPerStep;
    if (pace > 0 && seconds > std::max(kLeastPause, kPauseSteps * pace) && !isBegin) {
        m_standing.trainedSeconds += pace;
    } else if (seconds > 0 && !isBegin) {
        m_standing.trainedSeconds += seconds;
        m_standing.secondsPerStep =
            m_standing.secondsPerStep > 0 ? (1 - kPace) * m_standing.secondsPerStep + kPace * seconds : seconds;
    }
    TrainingStep made;
    made.step = step;
    made.hours = std::max(m_standing.trainedSeconds / 3600, m_steps.empty() ? 0.0 : m_steps.back().hours);
    made.loss = shortened(line.loss);
    made.learningRate = shortened(line.learningRate);
    made.gradientNorm = shortened(line.gradientNorm);
    made.samplesPerSecond = shortened(line.samplesPerSecond);
    made.kind = kindOf(line.kind);
    m_steps.push_back(made);
    m_standing.steps = step;
    m_standing.samplesPerSecond = isUsable(line.samplesPerSecond) ? line.samplesPerSecond : kNone;
    m_standing.etaSeconds = isUsable(line.etaSeconds) ? std::optional(std::max(0.0, line.etaSeconds)) : std::nullopt;
    if (!isUsable(line.loss) || !isUsable(line.gradientNorm))
        ++m_standing.notNumbers;
}

void TrainingHistory::addValidation(const Line& line)
{
    if (line.trainingSeconds >= 0 && line.trainingSeconds <= kLongestTraining)
        correctHours(line.trainingSeconds);
    const auto step = static_cast<std::int64_t>(line.step);
    while (!m_validations.empty() && m_validations.back().step >= step)
        m_validations.pop_back();
    if (isUsable(line.loss))
        m_validations.push_back(
            {step, m_steps.empty() ? m_standing.trainedSeconds / 3600 : m_steps.back().hours, line.loss});
    m_standing.steps = std::max(m_standing.steps, step);
}

/// Stretches the hours since the last validation to what this one says.
void TrainingHistory::correctHours(double trainedSeconds)
{
    m_corrected = std::min(m_corrected, m_steps.size());
    if (m_corrected < m_steps.size()) {
        const double begin = m_corrected > 0 ? m_steps[m_corrected - 1].hours : 0;
        const double guessed = m_steps.back().hours - begin;
        const double said = trainedSeconds / 3600 - begin;
        for (std::size_t i = m_corrected; i < m_steps.size() && guessed > 0 && said > 0; ++i)
            m_steps[i].hours = begin + (m_steps[i].hours - begin) * (said / guessed);
        m_corrected = m_steps.size();
    }
    m_standing.trainedSeconds = trainedSeconds;
}

void TrainingHistory::addMark(const Line& line)
{
    const auto step = static_cast<std::int64_t>(line.step);
    if (line.event == "started" || line.event == "resumed" || line.event == "rolled_back") {
        goBackTo(step);
        m_standing.steps = step;
        if (line.event == "started")
            m_standing = {.skippedLines = m_standing.skippedLines};
        if (line.event != "rolled_back") // the time of steps that were taken back counts: it was spent
            m_standing.trainedSeconds = m_steps.empty() ? 0 : m_steps.back().hours * 3600;
        m_standing.etaSeconds.reset();
    }
    if (line.event == "exported")
        m_standing.exportedStep = step;
    if (line.event == "sampled")
        m_standing.sampledStep = step;
    if (line.event == "decay")
        m_standing.isDecaying = true;
    if (line.event == "rolled_back")
        ++m_standing.rollbacks;
    const bool isShown = line.event == "rolled_back" || line.event == "decay" || line.event == "not_sampled";
    if (isShown && m_marks.size() < kMostMarks)
        m_marks.push_back(
            {step, m_steps.empty() ? 0 : m_steps.back().hours, line.event, cut(line.detail, kLongestDetail)});
}

void TrainingHistory::goBackTo(std::int64_t step)
{
    if ((m_steps.empty() || m_steps.back().step <= step)
        && (m_validations.empty() || m_validations.back().step <= step))
        return;
    while (!m_steps.empty() && m_steps.back().step > step)
        m_steps.pop_back();
    while (!m_validations.empty() && m_validations.back().step > step)
        m_validations.pop_back();
    // Why a training went back stays to be seen; that it began to end does not hold any more.
    std::erase_if(m_marks, [&](const TrainingMark& mark) { return mark.step > step && mark.event != "rolled_back"; });
    if (m_standing.isDecaying)
        m_standing.isDecaying =
            std::any_of(m_marks.begin(), m_marks.end(), [](const TrainingMark& mark) { return mark.event == "decay"; });
}

std::uint8_t TrainingHistory::kindOf(const std::string& name)
{
    const std::string kind = cut(name, kLongestKind);
    const auto found = std::find(m_kinds.begin(), m_kinds.end(), kind);
    if (found != m_kinds.end())
        return static_cast<std::uint8_t>(found - m_kinds.begin());
    if (m_kinds.size() == kMostKinds)
        return kMostKinds - 1;
    m_kinds.push_back(kind);
    return static_cast<std::uint8_t>(m_kinds.size() - 1);
}

} // namespace toca::library
