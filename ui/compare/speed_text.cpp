// SPDX-License-Identifier: Apache-2.0
#include "ui/compare/speed_text.h"

#include "ui/selection/cell_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace toca::ui {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("toca::ui::SpeedText", text);
}

struct Kind {
    const char* key;
    const char* name;
    const char* help;
    bool isInLoop;
    bool isCacheWork;
};

/// In the order of the bar: computing, the cache's own work, what every run has, what is outside of the loop.
constexpr Kind kKinds[]{
    {"attention", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "self-attention"),
        QT_TRANSLATE_NOOP("toca::ui::SpeedText", "Projections and attention among the tokens"), true, false},
    {"cross_attention", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "cross-attention"),
        QT_TRANSLATE_NOOP("toca::ui::SpeedText", "Attention of the tokens over the prompt"), true, false},
    {"mlp", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "MLP"),
        QT_TRANSLATE_NOOP("toca::ui::SpeedText", "The two linear layers after each attention"), true, false},
    {"modulation", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "norm, modulate"),
        QT_TRANSLATE_NOOP(
            "toca::ui::SpeedText", "Norms, modulation, gates and residuals: work on all tokens that no FLOP counts"),
        true, false},
    {"conditioning", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "embeddings"),
        QT_TRANSLATE_NOOP(
            "toca::ui::SpeedText", "Timestep and patch embeddings, modulation vectors, final layer: in every step"),
        true, false},
    {"scoring", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "scoring"),
        QT_TRANSLATE_NOOP("toca::ui::SpeedText", "Evidence and scores of the tokens: the cache's own work"), true,
        true},
    {"selection", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "selection"),
        QT_TRANSLATE_NOOP("toca::ui::SpeedText", "Ranking tokens and counting their ages: the cache's own work"), true,
        true},
    {"row_moves", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "gather, scatter"),
        QT_TRANSLATE_NOOP("toca::ui::SpeedText", "Moving the chosen tokens together and back: the cache's own work"),
        true, true},
    {"cache_traffic", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "cache traffic"),
        QT_TRANSLATE_NOOP(
            "toca::ui::SpeedText", "Storing, forecasting and mixing module outputs: the cache's own work"),
        true, true},
    {"sampler", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "sampler"),
        QT_TRANSLATE_NOOP("toca::ui::SpeedText", "Guidance and the sampler's step"), true, false},
    {"rest", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "rest"),
        QT_TRANSLATE_NOOP("toca::ui::SpeedText", "What none of the other parts explains, the trace included"), true,
        false},
    {"preview", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "preview"),
        QT_TRANSLATE_NOOP("toca::ui::SpeedText", "The small picture of each step; not counted in the wall-clock gain"),
        false, false},
    {"decoding", QT_TRANSLATE_NOOP("toca::ui::SpeedText", "VAE"),
        QT_TRANSLATE_NOOP(
            "toca::ui::SpeedText", "Decoding the latent into pictures; not counted in the wall-clock gain"),
        false, false},
};

double secondsOf(const RunResult& run, const std::string& key)
{
    const auto found = run.partSeconds.find(key);
    return found == run.partSeconds.end() ? 0.0 : found->second;
}

/// The denoising loop's time that no named part explains; never below 0, as both clocks are read apart.
double restOf(const RunResult& run)
{
    double named = 0;
    for (const Kind& kind : kKinds) {
        if (kind.isInLoop && std::string_view(kind.key) != "rest") {
            named += secondsOf(run, kind.key);
        }
    }
    return std::max(0.0, run.times.denoising - named);
}

QString gainText(double gain)
{
    return QStringLiteral("%1 ×").arg(QLocale().toString(gain, 'f', 2));
}

} // namespace

SpeedReport speedReport(const RunResult& run, const RunResult& baseline)
{
    SpeedReport report;
    const Gains gain = gains(run, baseline);
    if (run.partSeconds.empty() || baseline.partSeconds.empty() || !(gain.flops > 0)) {
        return report;
    }
    report.flopsGain = gain.flops;
    report.wallClockGain = gain.wallClock;
    for (const Kind& kind : kKinds) {
        const bool isRest = std::string_view(kind.key) == "rest";
        SpeedPart part;
        part.key = kind.key;
        part.name = tr(kind.name);
        part.help = tr(kind.help);
        part.isInLoop = kind.isInLoop;
        part.baseline = isRest ? restOf(baseline) : secondsOf(baseline, kind.key);
        part.run = isRest ? restOf(run) : secondsOf(run, kind.key);
        if (kind.isInLoop) {
            part.gap = part.run - part.baseline / gain.flops;
            report.baselineSeconds += part.baseline;
            report.runSeconds += part.run;
            (kind.isCacheWork ? report.cacheSeconds : report.savedSeconds) +=
                kind.isCacheWork ? part.run - part.baseline : part.baseline - part.run;
        }
        report.parts.push_back(std::move(part));
    }
    report.expectedSeconds = report.baselineSeconds / gain.flops;
    return report;
}

QString gapSentence(const SpeedReport& report)
{
    if (report.isEmpty()) {
        return {};
    }
    QString text =
        tr("FLOPs gain %1, wall-clock gain %2. ").arg(gainText(report.flopsGain), gainText(report.wallClockGain));
    const double gap = report.gap();
    if (std::abs(gap) < 0.02 * report.runSeconds) {
        return text + tr("The clock follows the FLOPs: less than 2 % of the run's time lies between the two.");
    }
    if (gap < 0) {
        return text
            + tr("The run was %1 faster than its FLOPs explain: the machine did other things during the uncached run, "
                 "or less work fits its caches better.")
                  .arg(secondsText(-gap));
    }
    std::vector<const SpeedPart*> parts;
    for (const SpeedPart& part : report.parts) {
        if (part.isInLoop && part.gap > 0.02 * gap) {
            parts.push_back(&part);
        }
    }
    std::sort(parts.begin(), parts.end(), [](const auto* a, const auto* b) { return a->gap > b->gap; });
    QStringList largest;
    for (std::size_t i = 0; i < parts.size() && i < 3; ++i) {
        largest += tr("%1 %2").arg(parts[i]->name, secondsText(parts[i]->gap));
    }
    return text
        + tr("At the FLOPs gain the loop would have taken %1; it took %2. The %3 between them: %4.")
              .arg(secondsText(report.expectedSeconds), secondsText(report.runSeconds), secondsText(gap),
                  largest.join(QStringLiteral(", ")));
}

QString breakEvenSentence(const SpeedReport& report)
{
    if (report.isEmpty()) {
        return {};
    }
    if (report.cacheSeconds <= 0) {
        return tr("The cache's own work took no measurable time: every reused result is a gain.");
    }
    if (report.savedSeconds <= report.cacheSeconds) {
        return tr("This setting does not pay: the cache's own work took %1 and saved %2 of computing. Compute fewer "
                  "tokens, or refresh less often.")
            .arg(secondsText(report.cacheSeconds), secondsText(std::max(0.0, report.savedSeconds)));
    }
    const double share = 1 - report.cacheSeconds / report.baselineSeconds;
    return tr("The cache's own work took %1 and saved %2 of computing, %3 times what it cost. On this machine such "
              "caching pays as long as less than %4 of the uncached work is computed.")
        .arg(secondsText(report.cacheSeconds), secondsText(report.savedSeconds),
            QLocale().toString(report.savedSeconds / report.cacheSeconds, 'f', 1), percentText(share));
}

QByteArray speedCsv(const SpeedReport& report)
{
    QByteArray table = "part,in_loop,uncached_seconds,run_seconds,gap_seconds\n";
    for (const SpeedPart& part : report.parts) {
        table += QByteArray::fromStdString(part.key) + (part.isInLoop ? ",1," : ",0,")
            + QByteArray::number(part.baseline, 'g', 9) + ',' + QByteArray::number(part.run, 'g', 9) + ','
            + (part.isInLoop ? QByteArray::number(part.gap, 'g', 9) : QByteArray()) + '\n';
    }
    return table;
}

} // namespace toca::ui
