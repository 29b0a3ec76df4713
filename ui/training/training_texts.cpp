// SPDX-License-Identifier: Apache-2.0
#include "ui/training/training_texts.h"

#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace toca::ui {

using library::TrainingState;

QString TrainingTexts::kind(const std::string& name)
{
    return name == "video"  ? tr("video")
        : name == "image"   ? tr("single frames")
        : name == "picture" ? tr("pictures")
        : name == "latents" ? tr("latents")
        : name.empty()      ? tr("loss")
                            : QString::fromStdString(name);
}

QString TrainingTexts::state(TrainingState state)
{
    switch (state) {
    case TrainingState::Empty:
        return tr("Nothing yet");
    case TrainingState::Running:
        return tr("Running");
    case TrainingState::Silent:
        return tr("No news");
    case TrainingState::Stopped:
        return tr("Stopped");
    case TrainingState::Ended:
        break;
    }
    return tr("Ended");
}

QString TrainingTexts::stateHelp(TrainingState state)
{
    switch (state) {
    case TrainingState::Empty:
        return tr("The log holds no step yet.");
    case TrainingState::Running:
        return tr("The log grows. Curves and samples follow it.");
    case TrainingState::Silent:
        return tr("The training has not said that it stopped, and has written nothing for a while: it was killed, or "
                  "waits. toca train with the same folder goes on from its last state.");
    case TrainingState::Stopped:
        return tr("toca train with the same folder goes on from here.");
    case TrainingState::Ended:
        break;
    }
    return tr("The learning rate has fallen to zero.");
}

QString TrainingTexts::duration(double seconds)
{
    seconds = std::clamp(std::isfinite(seconds) ? seconds : 0.0, 0.0, 1e11);
    const auto whole = static_cast<qint64>(std::llround(seconds));
    if (whole < 60) {
        return tr("%1 s").arg(whole);
    }
    if (whole < 3600) {
        return tr("%1 min").arg(whole / 60);
    }
    if (whole < 100 * 3600) {
        return tr("%1 h %2 min").arg(whole / 3600).arg(whole / 60 % 60);
    }
    return tr("%1 h").arg(QLocale().toString(whole / 3600));
}

QString TrainingTexts::number(double value)
{
    if (!std::isfinite(value)) {
        return {};
    }
    const double size = std::abs(value);
    if (size != 0 && (size < 0.001 || size >= 1e6)) {
        return QLocale().toString(value, 'g', 3);
    }
    return QLocale().toString(value, 'f', size >= 100 || value == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4);
}

QString TrainingTexts::count(std::int64_t value)
{
    return QLocale().toString(static_cast<qlonglong>(value));
}

QString TrainingTexts::standing(const library::TrainingStanding& standing, TrainingState state, double now)
{
    QStringList parts;
    parts << tr("%1 steps").arg(count(standing.steps));
    if (standing.lastTime > 0 && now >= standing.lastTime) {
        constexpr double kDay = 86400;
        const double age = now - standing.lastTime;
        parts << (age >= 2 * kDay ? tr("last line %n day(s) ago", "", static_cast<int>(std::min(age / kDay, 1e6)))
                                  : tr("last line %1 ago").arg(duration(age)));
    }
    if (standing.trainedSeconds > 0) {
        parts << tr("trained for %1").arg(duration(standing.trainedSeconds));
    }
    const bool isGoing = state == TrainingState::Running;
    if (isGoing && std::isfinite(standing.samplesPerSecond)) {
        parts << tr("%1 samples/s").arg(number(standing.samplesPerSecond));
    }
    if (isGoing && standing.etaSeconds) {
        const double left = *standing.etaSeconds - std::max(0.0, now - standing.lastTime);
        parts << (standing.isDecaying ? tr("rate at zero in %1").arg(duration(left))
                                      : tr("%1 left").arg(duration(left)));
    } else if (isGoing && standing.lastEvent == "step") {
        parts << tr("open end");
    }
    if (standing.exportedStep >= 0) {
        parts << tr("model of step %1").arg(count(standing.exportedStep));
    }
    return parts.join(QStringLiteral(" · "));
}

QString TrainingTexts::notes(const library::TrainingStanding& standing)
{
    QStringList parts;
    const auto bounded = [](std::int64_t value) {
        return static_cast<int>(std::min<std::int64_t>(value, 1'000'000'000));
    };
    if (standing.rollbacks > 0) {
        parts << tr("%n roll-back(s), marked in the curves", "", bounded(standing.rollbacks));
    }
    if (standing.notNumbers > 0) {
        parts << tr("%n step(s) whose loss or gradient is no number", "", bounded(standing.notNumbers));
    }
    if (standing.skippedLines > 0) {
        parts << tr("%n line(s) of the log could not be read", "", bounded(standing.skippedLines));
    }
    return parts.join(QStringLiteral(" · "));
}

} // namespace toca::ui
