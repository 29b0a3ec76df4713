// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/engine.h"
#include "core/api/probe.h"
#include "core/api/sensitivity.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <memory>

namespace toca::ui {

/// The window's only door to the engine: requests go in as values, everything that comes back is a signal delivered on
/// the window's thread. app::EngineRunner implements it with the real engine; tests use a fake.
class EnginePort : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// True from an accepted `generate` or `recordSignals` until its answer. Not for background runs, which everything
    /// else displaces.
    virtual bool isRunning() const = 0;

public Q_SLOTS:
    /// Starts a run; ignored (and answered by `refused`) while one is running.
    virtual void generate(const toca::GenerationRequest& request) = 0;
    /// Asks the running run to stop; it ends with `failed(Cancelled)` within one module.
    virtual void cancel() = 0;
    /// Runs the request uncached and keeps what the threshold methods decide from. Answers `signalsRecorded` or
    /// `failed`; refused like `generate` while something runs.
    virtual void recordSignals(const toca::GenerationRequest& request, const toca::plan::SignalOptions& options) = 0;
    /// Runs while nobody else wants the engine; whatever is started meanwhile stops it within one module. Answers
    /// `backgroundFinished` or `backgroundFailed` (Cancelled when it was displaced), never the signals of other runs.
    virtual void generateInBackground(const toca::GenerationRequest& request);
    virtual void cancelBackground() { }
    /// Measures how much errors of single tokens matter. Answers `sensitivityMeasured` (also when cancelled: with what
    /// there is) or `sensitivityFailed`; refused like `generate` while something runs.
    virtual void measureSensitivity(const toca::SensitivityJob& job);
    /// Runs a request again with an edit. Answers `probed` or `probeFailed`; refused like `generate`.
    virtual void probe(const toca::ProbeRequest& request);
    /// Reads what a model folder holds ("" = embedded). Answers `modelDescribed` or `modelFailed`. Queued behind a run.
    virtual void describeModel(const QString& path) = 0;

Q_SIGNALS:
    void modelDescribed(const toca::ModelInfo& model);
    void modelFailed(const QString& path, const toca::Error& error);
    void refused(const QString& reason);
    void stageChanged(toca::Stage stage);
    void runStarted(const toca::RunStart& start);
    void stepFinished(const toca::StepReport& report);
    /// Every preview of a run arrives, in order; those that waited for a busy window arrive together.
    void previewReady(const toca::Preview& preview);
    void decodingProgress(int done, int of);
    void finished(const toca::RunResult& result);
    void failed(const toca::Error& error);
    void backgroundStep(const toca::StepReport& report);
    void backgroundPreview(const toca::Preview& preview);
    void backgroundFinished(const toca::RunResult& result);
    void backgroundFailed(const toca::Error& error);
    /// Some times a second; the record is a copy as far as it is.
    void sensitivityProgressed(
        const toca::SensitivityProgress& progress, const std::shared_ptr<const toca::SensitivityRecord>& record);
    void sensitivityMeasured(const std::shared_ptr<const toca::SensitivityRecord>& record);
    void sensitivityFailed(const toca::Error& error);
    void probeStep(const toca::StepReport& report);
    void probed(const std::shared_ptr<const toca::ProbeResult>& result);
    void probeFailed(const toca::Error& error);
    void signalsRecorded(const std::shared_ptr<const toca::plan::SignalRecord>& record);
};

} // namespace toca::ui
