// SPDX-License-Identifier: Apache-2.0
// What the live display costs a run, and what measuring a run's parts costs: the same request of the embedded model, by
// turns in the real window with map, tokens, plots and comparison live, in an engine without a window, and there
// without the clock of the parts.
//
//   ./dev build display-cost && xvfb-run -a build/bin/display-cost 15
//
// With "where" as second argument it says which events of which widgets took the window's thread its time; what that
// costs itself falsifies the other figures a little.
#include "app/engine_runner.h"
#include "core/engine/make_engine.h"
#include "ui/player/player_widget.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/selection/selection_panel.h"
#include "ui/theme/theme.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QApplication>
#include <QMetaEnum>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <map>
#include <string>

using namespace toca;

namespace {

constexpr int kLongest = 600'000; ///< milliseconds of one run

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// What other work on the machine falsifies least.
double fastest(const std::vector<double>& values)
{
    return *std::min_element(values.begin(), values.end());
}

double processorSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Adds up the processor time of the window's thread by receiver and event, each without the events sent within.
class MeasuringApplication : public QApplication {
public:
    using QApplication::QApplication;
    struct Sum {
        double seconds = 0;
        int events = 0;
    };

    bool notify(QObject* receiver, QEvent* event) override
    {
        if (!measures) {
            return QApplication::notify(receiver, event);
        }
        const char* type = QMetaEnum::fromType<QEvent::Type>().valueToKey(event->type());
        std::string key = receiver->metaObject()->className();
        key += " " + receiver->objectName().toStdString() + " " + (type != nullptr ? type : "own");
        const double outside = std::exchange(m_within, 0);
        const double before = processorSeconds();
        const bool taken = QApplication::notify(receiver, event);
        const double all = processorSeconds() - before;
        Sum& sum = sums[key];
        sum.seconds += all - m_within;
        ++sum.events;
        m_within = outside + all;
        return taken;
    }

    bool measures = false;
    std::map<std::string, Sum> sums;

private:
    double m_within = 0; ///< of the events sent while the present one is handled
};

} // namespace

int main(int argc, char** argv)
{
    MeasuringApplication application(argc, argv);
    ui::applyTheme(application, ui::ThemeChoice::Dark);
    const int rounds = argc > 1 ? std::clamp(QByteArray(argv[1]).toInt(), 1, 1000) : 9;
    const bool where = argc > 2 && QByteArray(argv[2]) == "where";
    const QTemporaryDir folder;
    app::EngineRunner shown(makeEngine());
    app::EngineRunner alone(makeEngine());
    EngineOptions unmeasured;
    unmeasured.measuresParts = false;
    app::EngineRunner plain(makeEngine(unmeasured));
    ui::MainWindow window(shown, {folder.filePath("settings.ini"), {}});
    window.resize(1600, 1000);
    window.show();
    if (!QTest::qWaitFor([&] { return window.prompt().model().hasModel(); }, kLongest))
        return 1;
    window.action("backgroundBaseline")->setChecked(false);
    window.prompt().model().setSeedMode(ui::SeedMode::Fixed);
    window.prompt().model().setPrompt(window.prompt().model().randomExample());
    window.workspaces().switchTo(ui::Workspace::Analyse);
    const GenerationRequest request = window.request();

    constexpr int kVariants = 3;
    const std::array<const char*, kVariants> names{"live display", "engine alone", "alone, parts not measured"};
    std::array<std::vector<double>, kVariants> seconds;
    std::vector<double> drawing;
    const auto run = [&](int variant) -> double {
        if (variant == 0) {
            QSignalSpy finished(&window.run(), &ui::RunController::finished);
            double before = -1;
            const auto watching =
                QObject::connect(&shown, &ui::EnginePort::stageChanged, &application, [&](Stage stage) {
                    if (stage == Stage::Denoising) {
                        before = processorSeconds();
                        application.measures = where;
                    } else if (before >= 0) {
                        drawing.push_back(processorSeconds() - before);
                        before = -1;
                        application.measures = false;
                    }
                });
            window.player().model().setPlaying(true);
            window.generate();
            const bool ended = finished.wait(kLongest);
            QObject::disconnect(watching);
            if (!ended)
                return -1;
            window.player().model().setPlaying(false); // it must not slow the others down
            Q_EMIT window.selection().cellActivated(window.run().result()->request.steps / 2, 1, plan::ModuleKind::Mlp);
            return window.run().result()->times.denoising;
        }
        app::EngineRunner& runner = variant == 1 ? alone : plain;
        double denoising = -1;
        QObject::connect(
            &runner, &ui::EnginePort::finished, &application,
            [&](const RunResult& result) { denoising = result.times.denoising; }, Qt::SingleShotConnection);
        runner.generate(request);
        const bool ended = QTest::qWaitFor([&] { return denoising >= 0 || !runner.isRunning(); }, kLongest);
        return ended ? denoising : -1;
    };
    for (int variant = 0; variant < kVariants; ++variant) // loads the models
        if (run(variant) < 0)
            return 1;
    drawing.clear();
    application.sums.clear();
    for (int round = 0; round < rounds; ++round) {
        for (int turn = 0; turn < kVariants; ++turn) {
            const int variant = (round % 2 == 0 ? turn : kVariants - 1 - turn);
            const double taken = run(variant);
            if (taken < 0)
                return 1;
            seconds[static_cast<std::size_t>(variant)].push_back(taken);
        }
    }
    std::printf("%d steps, policy %s, %d interleaved rounds; seconds of the denoising loop, medians\n", request.steps,
        request.policy.c_str(), rounds);
    for (std::size_t i = 0; i < kVariants; ++i)
        std::printf("%-28s %8.3f s   %.4f of the engine alone   (fastest run %.3f s, %.4f)\n", names[i],
            median(seconds[i]), median(seconds[i]) / median(seconds[1]), fastest(seconds[i]),
            fastest(seconds[i]) / fastest(seconds[1]));
    // Ratios of neighbours in time, which a machine with other work does not falsify as much.
    std::vector<double> display, measuring;
    for (std::size_t i = 0; i < seconds[0].size(); ++i) {
        display.push_back(seconds[0][i] / seconds[1][i]);
        measuring.push_back(seconds[1][i] / seconds[2][i]);
    }
    std::printf("median of the rounds' ratios: display %.4f, parts %.4f\n", median(display), median(measuring));
    std::printf("processor time of the window's thread while denoising: %.3f s\n", median(drawing));
    std::vector<std::pair<std::string, MeasuringApplication::Sum>> parts(
        application.sums.begin(), application.sums.end());
    std::sort(
        parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
    for (const auto& [name, sum] : parts)
        if (sum.seconds > 1e-4 * rounds)
            std::printf("%9.2f ms a run, %6.1f events: %s\n", 1e3 * sum.seconds / rounds,
                static_cast<double>(sum.events) / rounds, name.c_str());
    return 0;
}
