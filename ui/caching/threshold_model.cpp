// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/threshold_model.h"

#include "ui/compare/baseline_store.h"
#include "ui/window/background_tasks.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr const char* kThreshold = "threshold";
constexpr const char* kFirstLayers = "first_layers"; ///< DBCache's: the recording has to follow as many

QString shortNumber(double value)
{
    return QLocale().toString(value, 'g', 3);
}

} // namespace

ThresholdModel::ThresholdModel(EnginePort& engine, BackgroundTasks& tasks, CachingModel& caching, QObject* parent)
    : QObject(parent)
    , m_engine(engine)
    , m_tasks(tasks)
    , m_caching(caching)
{
    connect(&engine, &EnginePort::stepFinished, this, [this](const StepReport& report) {
        if (m_isRecording && report.steps > 0) {
            m_progress = static_cast<double>(report.step + 1) / report.steps;
            Q_EMIT changed();
        }
    });
    connect(&engine, &EnginePort::signalsRecorded, this, [this](const auto& record) {
        if (!m_isRecording) {
            return;
        }
        m_isRecording = false;
        m_record = record;
        m_isOther = m_recorded != m_present;
        m_key.clear();
        update();
        Q_EMIT recordingChanged();
    });
    connect(&engine, &EnginePort::failed, this, [this](const Error& error) {
        if (!m_isRecording) {
            return;
        }
        m_isRecording = false;
        Q_EMIT recordingChanged();
        Q_EMIT changed();
        Q_EMIT failed(error);
    });
    connect(&caching, &CachingModel::changed, this, &ThresholdModel::update);
}

bool ThresholdModel::applies() const
{
    return plan::isThresholdPolicy(m_caching.state().policy);
}

bool ThresholdModel::record(const GenerationRequest& request)
{
    if (m_isRecording || m_engine.isRunning()) {
        return false;
    }
    plan::SignalOptions options;
    if (const auto layers = m_caching.value(kFirstLayers); std::holds_alternative<std::int64_t>(layers)) {
        options.firstLayers = static_cast<int>(std::clamp<std::int64_t>(std::get<std::int64_t>(layers), 1, 10'000));
    }
    m_recorded = uncached(request);
    m_progress = 0;
    m_isRecording = true;
    m_engine.recordSignals(m_recorded, options);
    Q_EMIT recordingChanged();
    Q_EMIT changed();
    return true;
}

void ThresholdModel::cancel()
{
    if (m_isRecording) {
        m_engine.cancel();
    }
}

void ThresholdModel::setRequest(const GenerationRequest& request)
{
    m_present = uncached(request);
    const bool isOther = m_record && m_recorded != m_present;
    if (isOther != m_isOther) {
        m_isOther = isOther;
        Q_EMIT changed();
    }
}

/// What the response depends on: all of the setting but the threshold.
std::string ThresholdModel::key() const
{
    CachingState state = m_caching.state();
    state.values.erase(kThreshold);
    std::string key = state.policy + '\n' + state.preset;
    for (const auto& [name, value] : state.values) {
        key += '\n' + name + '=' + plan::toText(value);
    }
    return key;
}

void ThresholdModel::update()
{
    if (!applies() || !m_record) {
        m_response.reset();
        m_problem.clear();
        m_key.clear();
        ++m_computation;
        Q_EMIT changed();
        return;
    }
    const std::string wanted = key();
    if (wanted == m_key) {
        Q_EMIT changed(); // another threshold
        return;
    }
    m_key = wanted;
    CachingState state = m_caching.state();
    state.values.erase(kThreshold);
    plan::PolicyContext context = m_caching.context();
    context.modelIdentity = m_record->modelIdentity;
    context.calibrationFolder = m_record->calibrationFolder;
    m_tasks.run(
        [this, state, context, record = m_record, computation = ++m_computation]() -> BackgroundTasks::Continuation {
            auto policy = plan::makePolicy(state.policy, state.values, state.preset, context);
            auto response = policy ? plan::thresholdResponse(**policy, *record)
                                   : Result<plan::ThresholdResponse>(unexpected(policy.error()));
            return [this, computation, response = std::move(response)] {
                if (computation != m_computation) {
                    return;
                }
                m_response.reset();
                m_problem.clear();
                if (response) {
                    m_response = *response;
                } else {
                    m_problem = QString::fromStdString(response.error().message);
                }
                Q_EMIT changed();
            };
        });
    Q_EMIT changed();
}

double ThresholdModel::threshold() const
{
    const plan::ParameterValue value = m_caching.value(kThreshold);
    const auto* number = std::get_if<double>(&value);
    return number ? *number : 0;
}

void ThresholdModel::setThreshold(double threshold)
{
    for (const plan::ParameterSpec& spec : m_caching.entry().parameters) {
        if (spec.name == kThreshold && std::isfinite(threshold)) {
            m_caching.setValue(kThreshold, std::clamp(threshold, spec.minimum, spec.maximum));
        }
    }
}

const plan::ThresholdPoint* ThresholdModel::present() const
{
    if (!m_response || m_response->points.empty()) {
        return nullptr;
    }
    // Between two points the lower one holds until the upper is reached.
    const double wanted = threshold();
    const auto above = std::upper_bound(m_response->points.begin(), m_response->points.end(), wanted,
        [](double value, const plan::ThresholdPoint& point) { return value < point.threshold; });
    return above == m_response->points.begin() ? &m_response->points.front() : &*std::prev(above);
}

QString ThresholdModel::description() const
{
    if (!m_response) {
        return m_problem;
    }
    QStringList sentences;
    const plan::ThresholdPoint* now = present();
    if (now) {
        sentences += now->skipped() == 0
            ? tr("At %1 nothing is skipped.").arg(shortNumber(threshold()))
            : tr("At %1 about %2 of %3 steps are skipped, at most %4 in a row: FLOPs gain %5 ×.")
                  .arg(shortNumber(threshold()))
                  .arg(now->skipped())
                  .arg(m_response->evaluations)
                  .arg(now->longestSkip)
                  .arg(QLocale().toString(now->flopsGain, 'f', 2));
    }
    if (std::isinf(m_response->inertThreshold)) {
        sentences += tr("No threshold skips anything here.");
    } else {
        sentences += tr("Up to %1 a threshold does nothing.").arg(shortNumber(m_response->inertThreshold));
    }
    if (m_response->cliff > 0) {
        const auto cliff = static_cast<std::size_t>(m_response->cliff);
        sentences += tr("The cliff: at %1 the skipped steps rise from %2 to %3.")
                         .arg(shortNumber(m_response->points[cliff].threshold))
                         .arg(m_response->points[cliff - 1].skipped())
                         .arg(m_response->points[cliff].skipped());
    }
    return sentences.join(' ');
}

} // namespace toca::ui
