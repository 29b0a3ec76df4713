// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/threshold_response.h"
#include "ui/caching/caching_model.h"
#include "ui/engine_port.h"

#include <QObject>

#include <memory>
#include <optional>

namespace toca::ui {

class BackgroundTasks;

/// How many steps a threshold policy would skip, for 200 thresholds, replayed from one recorded uncached run. Follows
/// the caching panel's policy and parameters; recording is asked for. No widgets.
class ThresholdModel : public QObject {
    Q_OBJECT
public:
    ThresholdModel(EnginePort& engine, BackgroundTasks& tasks, CachingModel& caching, QObject* parent = nullptr);

    /// True when the panel's policy decides by a threshold.
    bool applies() const;
    bool isRecording() const { return m_isRecording; }
    double recordingProgress() const { return m_progress; } ///< [0, 1]
    /// Runs the request uncached and keeps its signals. @return false while the engine is busy
    bool record(const GenerationRequest& request);
    void cancel();
    /// What is set up to be run next: tells whether the recording is of the same.
    void setRequest(const GenerationRequest& request);
    bool hasRecord() const { return m_record != nullptr; }
    bool isOfAnotherRequest() const { return m_isOther; }

    /// Nothing without a recording, or while it is computed anew; `problem` says why otherwise.
    const plan::ThresholdResponse* response() const { return m_response ? &*m_response : nullptr; }
    QString problem() const { return m_problem; }
    double threshold() const; ///< the panel's
    void setThreshold(double threshold); ///< one step of undo with its neighbours
    /// The point of the response that the panel's threshold stands for; nullptr without a response.
    const plan::ThresholdPoint* present() const;
    /// Everything in words.
    QString description() const;

Q_SIGNALS:
    void changed();
    void recordingChanged();
    void failed(const toca::Error& error);

private:
    void update();
    std::string key() const;

    EnginePort& m_engine;
    BackgroundTasks& m_tasks;
    CachingModel& m_caching;
    std::shared_ptr<const plan::SignalRecord> m_record;
    GenerationRequest m_recorded; ///< uncached
    GenerationRequest m_present; ///< uncached
    std::optional<plan::ThresholdResponse> m_response;
    std::string m_key; ///< of the response or what is being computed
    QString m_problem;
    std::uint64_t m_computation = 0;
    double m_progress = 0;
    bool m_isRecording = false;
    bool m_isOther = false;
};

} // namespace toca::ui
