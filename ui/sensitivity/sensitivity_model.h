// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/engine_port.h"

#include <QObject>

#include <memory>
#include <optional>

namespace toca::ui {

/// A sensitivity measurement as the window follows it: started, paused, continued, cancelled, opened, and what of it is
/// shown. No widgets.
class SensitivityModel : public QObject {
    Q_OBJECT
public:
    enum class State { Empty, Running, Paused, Done };

    explicit SensitivityModel(EnginePort& engine, QObject* parent = nullptr);

    State state() const { return m_state; }
    bool isRunning() const { return m_state == State::Running; }
    /// Drops what was measured and starts anew. @return false while the engine is busy
    bool start(const GenerationRequest& request, const SensitivityOptions& options);
    void pause(); ///< keeps what is measured
    bool resume(); ///< goes on with the same request and options
    void cancel(); ///< drops what is measured
    /// Shows a record of a file. @return what went wrong, empty on success
    QString open(const QString& path);
    QString save(const QString& path) const;

    const SensitivityRecord* record() const { return m_record.get(); }
    const SensitivityProgress& progress() const { return m_progress; }
    /// What is shown: one of the record's sites.
    int site() const { return m_site; }
    void setSite(int site);
    const SensitivitySite* shown() const; ///< null without one
    QString siteTitle(int site) const; ///< "Step 10, layer 4 (spatial), MLP"

    // Values per token of the shown site; empty without any, NaN where not measured.
    std::vector<float> change() const;
    std::vector<float> score(SensitivityScore score) const;
    std::vector<float> propagation(std::int64_t token) const; ///< of the token's group
    /// Spearman of a score with the change at the shown site; NaN without.
    double correlation(SensitivityScore score) const;

Q_SIGNALS:
    void changed(); ///< values or progress
    void stateChanged();
    void siteChanged();
    void failed(const toca::Error& error);

private:
    void setState(State state);
    void take(const std::shared_ptr<const SensitivityRecord>& record);

    EnginePort& m_engine;
    State m_state = State::Empty;
    bool m_isDropping = false; ///< cancelled: the answer is thrown away
    SensitivityJob m_job;
    std::shared_ptr<const SensitivityRecord> m_record;
    SensitivityProgress m_progress;
    int m_site = 0;
};

} // namespace toca::ui
