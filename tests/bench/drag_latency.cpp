// SPDX-License-Identifier: Apache-2.0
// How long a drag takes from the mouse event to the new plan, and to the repainted window, at the geometry of
// Open-Sora 1.2: 28 pairs of layers, 30 steps. `./dev build drag-latency`, then run it on an X server.
#include "tests/support/tune_window.h"
#include "ui/theme/theme.h"
#include "ui/tune/curve_view.h"
#include "ui/tune/curves_panel.h"
#include "ui/tune/parameter_bar.h"
#include "ui/tune/schedule_view.h"

#include <QElapsedTimer>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>

using namespace toca;

namespace {

constexpr int kEvents = 400;

/// The fake engine with the published model's shape.
class OpenSoraEngine : public test::FakeEngine {
public:
    Result<ModelInfo> describe(const std::string&) override
    {
        ModelInfo info = model();
        info.shape = *plan::publishedShape("opensora-v1.2");
        info.frames = 51;
        info.width = 848;
        info.height = 480;
        info.steps = 30;
        return info;
    }
};

struct Latencies {
    std::vector<double> planned, painted; ///< milliseconds by the clock
    std::vector<double> worked; ///< milliseconds of this thread's processor time until it is painted
};

/// What a busy machine does not falsify.
double processorMilliseconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double percentile(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void print(const char* name, const Latencies& times)
{
    std::printf("%-28s plan %6.2f / %6.2f ms   painted %6.2f / %6.2f ms   processor %6.2f / %6.2f ms\n", name,
        percentile(times.planned, 0.5), percentile(times.planned, 0.99), percentile(times.painted, 0.5),
        percentile(times.painted, 0.99), percentile(times.worked, 0.5), percentile(times.worked, 0.99));
}

/// @param place of the event with this index, never twice the same in a row
Latencies measure(QWidget& widget, const std::function<QPointF(int)>& place)
{
    Latencies times;
    test::sendMouse(widget, QEvent::MouseButtonPress, place(0), Qt::LeftButton);
    QApplication::processEvents();
    for (int i = 1; i <= kEvents; ++i) {
        QElapsedTimer timer;
        timer.start();
        const double before = processorMilliseconds();
        test::sendMouse(widget, QEvent::MouseMove, place(i), Qt::LeftButton);
        times.planned.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        QApplication::processEvents(); // paints everything that has changed
        times.painted.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        times.worked.push_back(processorMilliseconds() - before);
    }
    test::sendMouse(widget, QEvent::MouseButtonRelease, place(kEvents), Qt::LeftButton);
    return times;
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    ui::applyTheme(application, ui::ThemeChoice::Dark);
    test::TuneWindow tune(std::make_unique<OpenSoraEngine>());
    const plan::Plan* plan = tune.caching().plan();
    if (!plan) {
        std::fprintf(stderr, "no plan: %s\n", qPrintable(tune.caching().problem()));
        return 1;
    }
    std::printf(
        "median / 99th percentile of %d events; plan and painted by the clock, processor = time of this thread\n",
        kEvents);
    std::printf("%d layers, %d steps, %lld tokens, policy %s\n", plan->layerCount(), plan->evaluationCount(),
        static_cast<long long>(plan->geometry().grid.tokens()), tune.caching().state().policy.c_str());
    // With a cost model, as after the first run: planned times are computed too.
    plan::Trace trace(plan->geometry(), plan->schedule());
    for (int evaluation = 0; evaluation < plan->evaluationCount(); ++evaluation) {
        for (int layer = 0; layer < plan->layerCount(); ++layer) {
            for (const plan::ModuleKind module : plan::kAllModules) {
                plan::TraceCell cell;
                cell.action = plan->at(evaluation, layer, module).action;
                cell.flops = 1e9;
                cell.seconds = 0.001F;
                trace.append(cell);
            }
        }
        plan::TraceEvaluation done;
        done.seconds = 0.2;
        trace.appendEvaluation(done);
    }
    plan::ModuleCosts costs;
    costs.learn(trace, 6.0);
    tune.caching().setCosts(costs);

    ui::ParameterBar& bar = *tune.desk().curves().bar("fresh_ratio");
    print("fresh ratio (bar)", measure(bar, [&](int i) {
        return QPointF(bar.placeOf(0.05 + 0.9 * ((i * 7) % 100) / 100.0), bar.height() / 2.0);
    }));
    ui::CurveView& curve = *tune.desk().curves().curve("step_curve");
    curve.addPoint({0.5, 1});
    print("curve over steps (point)", measure(curve, [&](int i) {
        return i == 0 ? curve.placeOf({0.5, 1})
                      : curve.placeOf({0.3 + 0.4 * ((i * 7) % 100) / 100.0, 0.2 + (i % 17) / 10.0});
    }));
    ui::ScheduleView& view = tune.desk().schedule().view();
    print("schedule (brush)", measure(view, [&](int i) {
        return view.cellRect({1 + i % 29, (i * 5) % 56, plan::ModuleKind::Mlp}).center();
    }));
    return 0;
}
