// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/generation_request.h"
#include "core/api/model_info.h"

#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>

#include <optional>

class QSettings;

namespace toca::ui {

/// What happens to the seed after a run has started.
enum class SeedMode { Fixed, Random, Increment };

struct SizePreset {
    QString label; ///< "Wide 16:9"
    int width = 0; ///< pixels
    int height = 0; ///< pixels
};

/// Everything on the left of the window except caching: the request's values, prompt history and seed behaviour. No
/// widgets.
class PromptModel : public QObject {
    Q_OBJECT
public:
    explicit PromptModel(QObject* parent = nullptr);

    bool hasModel() const { return m_model.has_value(); }
    const ModelInfo& model() const { return *m_model; }
    /// Takes over the model's defaults when another model than the present one arrives.
    void setModel(const ModelInfo& model);

    /// Policy fields are left at their defaults: they belong to the caching panel.
    const GenerationRequest& request() const { return m_request; }
    /// Replaces every value but the policy's, for recalls; history and seed mode stay.
    void setRequest(const GenerationRequest& request);

    void setPrompt(const QString& prompt);
    void setNegativePrompt(const QString& prompt);
    /// Of a class-conditional model; outside of its classes: nothing changes.
    void setClassLabel(int label);
    void randomizeClass();
    void setSampler(const std::string& sampler); ///< "" = the model's own
    void setSeed(quint64 seed);
    void setSteps(int steps);
    void setGuidanceScale(double scale);
    void setSize(int width, int height);
    void setFrames(int frames);
    void setFps(double fps);
    void setCondition(const QString& path, int frames);
    void setThreads(int threads);
    void setDevice(Device device);
    void setPrecision(Precision precision);

    SeedMode seedMode() const { return m_seedMode; }
    void setSeedMode(SeedMode mode);
    void randomizeSeed();
    /// Called when a run has started: keeps, replaces or counts up the seed.
    void advanceSeed();

    /// Remembers a prompt as the latest; the same text is kept once.
    void remember(const QString& prompt);
    const QStringList& history() const { return m_history; }
    /// Steps through the history like a shell; nothing when there is no such entry.
    std::optional<QString> olderPrompt();
    std::optional<QString> newerPrompt();

    /// True for a model that makes one picture instead of a clip.
    bool makesPictures() const { return m_model && m_model->frames == 1; }
    /// True for a model that is told a class instead of a prompt.
    bool takesClass() const { return m_model && !m_model->takesPrompt; }
    int classCount() const; ///< 0 for models that take a prompt
    QString classTitle(int label) const; ///< "207  golden retriever", "207" where names are not known

    /// One of the model's example prompts, not the present one if it can be avoided; empty without examples.
    QString randomExample() const;
    /// A sentence about words that the model has not learnt, empty when there is nothing to say.
    QString vocabularyNotice() const;

    QList<SizePreset> sizePresets() const;
    /// 1, or a count from the temporal VAE's piece on; 2 to 16 go to the nearer end.
    int nearestValidFrames(int frames) const;
    /// Why the present sizes can't be generated, or empty.
    QString sizeProblem() const;
    /// The geometry of the present request; the number of text tokens is estimated from the words.
    Result<plan::Geometry> geometry() const;
    /// What the sampler will ask of the model.
    plan::SamplerSchedule schedule() const;

    void save(QSettings& settings) const;
    void restore(QSettings& settings);

Q_SIGNALS:
    void changed();
    void modelChanged();

private:
    template <class Value>
    void set(Value& field, const Value& value);
    void fitToModel();

    std::optional<ModelInfo> m_model;
    GenerationRequest m_request;
    SeedMode m_seedMode = SeedMode::Fixed;
    QStringList m_history; ///< latest first
    int m_historyPosition = -1; ///< -1: not browsing
    QString m_draft; ///< what was typed before browsing began
};

/// Pieces that a prompt of this text will roughly have: one per word and the end mark.
std::int64_t estimatedTextTokens(const QString& prompt, std::int64_t maximum);

} // namespace toca::ui
