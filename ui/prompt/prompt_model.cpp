// SPDX-License-Identifier: Apache-2.0
#include "ui/prompt/prompt_model.h"

#include "cache/plan/published_run.h"

#include <QRandomGenerator>
#include <QSettings>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr int kHistoryLength = 50;
constexpr int kShownUnknownWords = 6;
/// Prompts longer than this are neither kept in the history nor searched for unknown words in full.
constexpr int kLongPrompt = 4000;
/// Class that a class-conditional model starts with, where it has so many: the dog of the published examples.
constexpr int kFirstClass = 207;

} // namespace

std::int64_t estimatedTextTokens(const QString& prompt, std::int64_t maximum)
{
    std::int64_t words = 0;
    bool inWord = false;
    for (const QChar character : prompt) {
        const bool isWord = !character.isSpace();
        words += isWord && !inWord;
        inWord = isWord;
        if (maximum > 0 && words >= maximum) {
            return maximum;
        }
    }
    return words + 1;
}

PromptModel::PromptModel(QObject* parent)
    : QObject(parent)
{
}

template <class Value>
void PromptModel::set(Value& field, const Value& value)
{
    if (field != value) {
        field = value;
        Q_EMIT changed();
    }
}

void PromptModel::setModel(const ModelInfo& model)
{
    const bool isOther = !m_model || m_model->path != model.path;
    m_model = model;
    m_request.modelPath = model.path;
    if (isOther) {
        m_request.steps = model.steps;
        m_request.guidanceScale = model.guidanceScale;
        m_request.frames = model.frames;
        m_request.width = model.width;
        m_request.height = model.height;
        m_request.fps = model.fps;
        if (m_request.prompt.empty() && !model.examplePrompts.empty()) {
            m_request.prompt = model.examplePrompts.front();
        }
        m_request.sampler.clear();
    }
    fitToModel();
    Q_EMIT modelChanged();
    Q_EMIT changed();
}

void PromptModel::setRequest(const GenerationRequest& request)
{
    const GenerationRequest defaults;
    const std::string modelPath = m_model ? m_model->path : request.modelPath;
    m_request = request;
    m_request.modelPath = modelPath;
    m_request.policy = defaults.policy;
    m_request.preset = defaults.preset;
    m_request.policyParameters = defaults.policyParameters;
    fitToModel();
    Q_EMIT changed();
}

/// Puts right what the open model could not take: a class it has not, a sampler it has not, a condition.
void PromptModel::fitToModel()
{
    if (!m_model) {
        return;
    }
    const int classes = classCount();
    if (classes == 0) {
        m_request.classLabel = -1;
    } else if (m_request.classLabel < 0 || m_request.classLabel >= classes) {
        m_request.classLabel = kFirstClass < classes ? kFirstClass : 0;
    }
    const auto& samplers = m_model->samplers;
    if (std::find(samplers.begin(), samplers.end(), m_request.sampler) == samplers.end()) {
        m_request.sampler.clear();
    }
    if (!m_model->takesCondition) {
        m_request.conditionPath.clear();
    }
    if (makesPictures()) {
        m_request.frames = 1;
    }
}

void PromptModel::setPrompt(const QString& prompt)
{
    set(m_request.prompt, prompt.toStdString());
}
void PromptModel::setNegativePrompt(const QString& prompt)
{
    set(m_request.negativePrompt, prompt.toStdString());
}
void PromptModel::setClassLabel(int label)
{
    if (label >= 0 && label < classCount()) {
        set(m_request.classLabel, label);
    }
}
void PromptModel::setSampler(const std::string& sampler)
{
    set(m_request.sampler, sampler);
}
void PromptModel::setSeed(quint64 seed)
{
    set(m_request.seed, static_cast<std::uint64_t>(seed));
}
void PromptModel::setSteps(int steps)
{
    set(m_request.steps, steps);
}
void PromptModel::setGuidanceScale(double scale)
{
    set(m_request.guidanceScale, scale);
}
void PromptModel::setFrames(int frames)
{
    set(m_request.frames, frames);
}
void PromptModel::setFps(double fps)
{
    set(m_request.fps, fps);
}
void PromptModel::setThreads(int threads)
{
    set(m_request.threads, threads);
}
void PromptModel::setDevice(Device device)
{
    set(m_request.device, device);
}
void PromptModel::setPrecision(Precision precision)
{
    set(m_request.precision, precision);
}

void PromptModel::setSize(int width, int height)
{
    if (m_request.width != width || m_request.height != height) {
        m_request.width = width;
        m_request.height = height;
        Q_EMIT changed();
    }
}

void PromptModel::setCondition(const QString& path, int frames)
{
    m_request.conditionPath = path.toStdString();
    m_request.conditionFrames = frames;
    Q_EMIT changed();
}

void PromptModel::setSeedMode(SeedMode mode)
{
    set(m_seedMode, mode);
}

void PromptModel::randomizeSeed()
{
    // 31 bits are enough to never meet a seed twice by chance, and short enough to be read out and typed.
    setSeed(QRandomGenerator::global()->bounded(1u << 31));
}

void PromptModel::randomizeClass()
{
    if (classCount() > 0) {
        setClassLabel(QRandomGenerator::global()->bounded(classCount()));
    }
}

int PromptModel::classCount() const
{
    constexpr std::int64_t kMostClasses = 1'000'000; // a file's claim
    return takesClass() ? static_cast<int>(std::clamp<std::int64_t>(m_model->shape.classes, 0, kMostClasses)) : 0;
}

QString PromptModel::classTitle(int label) const
{
    if (!m_model || label < 0 || static_cast<std::size_t>(label) >= m_model->classNames.size()) {
        return QString::number(label);
    }
    return QStringLiteral("%1  %2").arg(label).arg(
        QString::fromStdString(m_model->classNames[static_cast<std::size_t>(label)]));
}

void PromptModel::advanceSeed()
{
    if (m_seedMode == SeedMode::Random) {
        randomizeSeed();
    } else if (m_seedMode == SeedMode::Increment) {
        setSeed(m_request.seed + 1);
    }
}

void PromptModel::remember(const QString& prompt)
{
    m_historyPosition = -1;
    if (prompt.trimmed().isEmpty() || prompt.size() > kLongPrompt) {
        return;
    }
    m_history.removeAll(prompt);
    m_history.prepend(prompt);
    while (m_history.size() > kHistoryLength) {
        m_history.removeLast();
    }
}

std::optional<QString> PromptModel::olderPrompt()
{
    if (m_historyPosition + 1 >= m_history.size()) {
        return {};
    }
    if (m_historyPosition < 0) {
        m_draft = QString::fromStdString(m_request.prompt);
        // The prompt that was just used is the latest entry: going back means the one before.
        if (m_history.size() > 1 && m_history.front() == m_draft) {
            m_historyPosition = 0;
        }
    }
    return m_history[++m_historyPosition];
}

std::optional<QString> PromptModel::newerPrompt()
{
    if (m_historyPosition < 0) {
        return {};
    }
    --m_historyPosition;
    return m_historyPosition < 0 ? m_draft : m_history[m_historyPosition];
}

QString PromptModel::randomExample() const
{
    if (!m_model || m_model->examplePrompts.empty()) {
        return {};
    }
    const auto& examples = m_model->examplePrompts;
    auto index = static_cast<std::size_t>(QRandomGenerator::global()->bounded(static_cast<int>(examples.size())));
    if (examples[index] == m_request.prompt) {
        index = (index + 1) % examples.size();
    }
    return QString::fromStdString(examples[index]);
}

QString PromptModel::vocabularyNotice() const
{
    if (!m_model || m_model->vocabulary.empty()) {
        return {};
    }
    const auto words = unknownWords(*m_model, m_request.prompt.substr(0, kLongPrompt), kShownUnknownWords);
    if (words.empty()) {
        return {};
    }
    QStringList quoted;
    for (const std::string& word : words) {
        QString shown = QString::fromStdString(word);
        if (shown.size() > 24) {
            shown = shown.left(23) + QChar(0x2026);
        }
        quoted += QStringLiteral("“%1”").arg(shown);
    }
    return tr("This model has not learnt %1; it will be guessed or ignored.").arg(quoted.join(", "));
}

QList<SizePreset> PromptModel::sizePresets() const
{
    if (!m_model) {
        return {};
    }
    const int multiple = std::max(1, m_model->sizeMultiple);
    const auto rounded = [multiple](double pixels) {
        return std::max(multiple, static_cast<int>(std::lround(pixels / multiple)) * multiple);
    };
    const double area = static_cast<double>(m_model->width) * m_model->height;
    QList<SizePreset> presets{{tr("Model's own"), m_model->width, m_model->height}};
    if (m_model->shape.latentSide > 0) {
        return presets; // its positions are learnt for this size
    }
    const auto add = [&presets](const QString& label, int width, int height) {
        const bool isKnown = std::any_of(presets.begin(), presets.end(),
            [&](const SizePreset& preset) { return preset.width == width && preset.height == height; });
        if (!isKnown) {
            presets.append({label, width, height});
        }
    };
    const auto ratio = [&](const QString& label, double aspect) {
        add(label, rounded(std::sqrt(area * aspect)), rounded(std::sqrt(area / aspect)));
    };
    ratio(tr("Wide 16:9"), 16.0 / 9.0);
    ratio(tr("Tall 9:16"), 9.0 / 16.0);
    ratio(tr("Square"), 1.0);
    add(tr("Larger, 1.5 ×"), rounded(m_model->width * 1.5), rounded(m_model->height * 1.5));
    add(tr("Double"), rounded(m_model->width * 2.0), rounded(m_model->height * 2.0));
    return presets;
}

int PromptModel::nearestValidFrames(int frames) const
{
    const int piece = m_model ? static_cast<int>(m_model->shape.microFrameSize) : 17;
    if (frames <= 1) {
        return 1;
    }
    return frames >= piece ? frames : frames * 2 >= piece ? piece : 1;
}

Result<plan::Geometry> PromptModel::geometry() const
{
    if (!m_model) {
        return unexpected(ErrorCode::NotFound, "No model is loaded yet.");
    }
    const auto& shape = m_model->shape;
    const std::int64_t textTokens = m_model->takesPrompt
        ? estimatedTextTokens(QString::fromStdString(m_request.prompt.substr(0, kLongPrompt)), shape.maxTextTokens)
        : 0;
    return plan::geometryFor(
        shape, m_request.frames, m_request.width, m_request.height, textTokens, 1, m_request.guidanceScale != 1.0);
}

plan::SamplerSchedule PromptModel::schedule() const
{
    std::string sampler = m_request.sampler;
    if (sampler.empty()) {
        sampler = m_model && !m_model->samplers.empty() ? m_model->samplers.front() : "rflow";
    }
    return plan::samplerSchedule(sampler, m_request.steps, m_request.frames, m_request.width, m_request.height);
}

QString PromptModel::sizeProblem() const
{
    if (!m_model) {
        return {};
    }
    const auto made = geometry();
    return made ? QString() : QString::fromStdString(made.error().message);
}

void PromptModel::save(QSettings& settings) const
{
    settings.setValue("prompt/history", m_history);
    settings.setValue("prompt/text", QString::fromStdString(m_request.prompt).left(kLongPrompt));
    settings.setValue("prompt/seed", QString::number(m_request.seed));
    settings.setValue("prompt/seedMode", static_cast<int>(m_seedMode));
    settings.setValue("prompt/threads", m_request.threads);
    settings.setValue("prompt/bfloat16", m_request.precision == Precision::BFloat16);
    settings.setValue("prompt/class", m_request.classLabel);
}

void PromptModel::restore(QSettings& settings)
{
    m_history = settings.value("prompt/history").toStringList().mid(0, kHistoryLength);
    m_request.prompt = settings.value("prompt/text").toString().toStdString();
    m_request.seed = settings.value("prompt/seed", "1").toString().toULongLong();
    m_seedMode = static_cast<SeedMode>(std::clamp(settings.value("prompt/seedMode").toInt(), 0, 2));
    m_request.threads = std::clamp(settings.value("prompt/threads").toInt(), 0, 1024);
    m_request.precision = settings.value("prompt/bfloat16").toBool() ? Precision::BFloat16 : Precision::Float32;
    m_request.classLabel = settings.value("prompt/class", -1).toInt();
    fitToModel();
    Q_EMIT changed();
}

} // namespace toca::ui
