// SPDX-License-Identifier: Apache-2.0
// The loop of every training, on a task small enough to know its answer: a line through points.
#include "core/base/atomic_file.h"
#include "core/checkpoint/checkpoint.h"
#include "core/training/random.h"
#include "core/training/trainer.h"

#include <QTemporaryDir>
#include <QTest>

#include <torch/torch.h>

#include <limits>
#include <set>

using namespace toca;
using namespace toca::training;
namespace fs = std::filesystem;

namespace {

/// y = 2 x - 1, learnt from random points.
class LineTask final : public Task {
public:
    LineTask()
    {
        const auto parameter = [](torch::Tensor value) { return value.set_requires_grad(true); };
        m_parameters = {
            {"slope", parameter(torch::zeros({4, 4})), true}, {"offset", parameter(torch::zeros({4})), false}};
    }
    const std::vector<TrainedParameter>& parameters() const override { return m_parameters; }
    Result<void> prepare(std::int64_t, std::stop_token) override { return {}; }
    StepLoss loss(const StepContext& context) override
    {
        ++steps;
        auto generator = generatorFor(context.dataSeed, static_cast<std::uint64_t>(context.step));
        const auto x = torch::randn({16, 4}, generator, torch::TensorOptions(torch::kFloat32));
        auto loss = (torch::matmul(x, m_parameters[0].value) + m_parameters[1].value - (2 * x - 1)).square().mean();
        if (context.step == brokenStep && seen.insert(context.dataSeed).second && brokenTimes-- > 0)
            loss = loss * brokenFactor;
        return {loss, 16, "points"};
    }
    Result<double> validationLoss() override { return loss({1 << 20, 0}).loss.item<double>(); }
    Result<void> exportModel(const fs::path& folder) override
    {
        fs::create_directories(folder);
        return writeFileAtomically(folder / "weights", std::to_string(m_parameters[1].value[0].item<double>()));
    }
    std::vector<SampleSubject> samples(int) const override { return {}; }

    std::int64_t steps = 0;
    std::int64_t brokenStep = -1;
    int brokenTimes = 1;
    double brokenFactor = std::numeric_limits<double>::quiet_NaN();
    std::set<std::uint64_t> seen; ///< orders of the data in which the broken step came

private:
    std::vector<TrainedParameter> m_parameters;
};

TrainingRequest quickRequest()
{
    TrainingRequest request;
    request.learningRate = 0.05;
    request.warmupSteps = 5;
    request.averageDecay = 0.9;
    request.saveEvery = 10;
    request.validateEvery = 1000;
    return request;
}

class Told final : public TrainingObserver {
public:
    void told(const std::string& sentence) override { sentences += sentence + "\n"; }
    void stepFinished(const StepReport& report) override { last = report; }
    std::string sentences;
    StepReport last;
};

std::vector<torch::Tensor> weightsOf(const Task& task)
{
    std::vector<torch::Tensor> weights;
    for (const auto& parameter : task.parameters())
        weights.push_back(parameter.value.detach().clone());
    return weights;
}

bool sameBits(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!torch::equal(a[i], b[i]))
            return false;
    return a.size() == b.size();
}

} // namespace

class TestTrainer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void learnsTheLine()
    {
        const QTemporaryDir folder;
        LineTask task;
        Trainer trainer(task, quickRequest(), folder.path().toStdString(), false);
        Told told;
        const auto steps = trainer.run({.steps = 300, .decaySteps = 0}, told, {});
        QVERIFY(steps.has_value());
        QCOMPARE(*steps, std::int64_t{300});
        QVERIFY2(told.last.loss < 0.05, std::to_string(told.last.loss).c_str());
        QVERIFY(fs::exists(Trainer::modelPath(folder.path().toStdString()) / "weights"));
    }
    void goingOnEqualsNeverStopping()
    {
        const QTemporaryDir whole, parts;
        Told told;
        LineTask task;
        QVERIFY(Trainer(task, quickRequest(), whole.path().toStdString(), false).run({.steps = 25}, told, {}));
        for (const int stop : {7, 8, 20, 25}) {
            LineTask again; // nothing but the folder carries over
            QVERIFY(Trainer(again, quickRequest(), parts.path().toStdString(), false).run({.steps = stop}, told, {}));
            if (stop == 25) {
                QCOMPARE(again.steps, std::int64_t{6}); // and a validation
                QVERIFY(sameBits(weightsOf(again), weightsOf(task)));
            }
        }
    }
    void aStopRequestKeepsTheState()
    {
        const QTemporaryDir folder;
        LineTask task;
        Trainer trainer(task, quickRequest(), folder.path().toStdString(), false);
        std::stop_source stop;
        class Stopping final : public TrainingObserver {
        public:
            explicit Stopping(std::stop_source& stop)
                : m_stop(stop)
            {
            }
            void stepFinished(const StepReport& report) override
            {
                if (report.step == 13)
                    m_stop.request_stop();
            }

        private:
            std::stop_source& m_stop;
        } observer(stop);
        const auto steps = trainer.run({}, observer, stop.get_token());
        QVERIFY(steps.has_value());
        QCOMPARE(*steps, std::int64_t{13});
        LineTask again;
        Trainer next(again, quickRequest(), folder.path().toStdString(), false);
        Told told;
        QCOMPARE(*next.run({.steps = 13}, told, {}), std::int64_t{13});
        QVERIFY(sameBits(weightsOf(again), weightsOf(task)));
    }
    void aLossThatIsNoNumberIsRolledBack()
    {
        const QTemporaryDir folder;
        LineTask task;
        task.brokenStep = 17;
        Trainer trainer(task, quickRequest(), folder.path().toStdString(), false);
        Told told;
        const auto steps = trainer.run({.steps = 40}, told, {});
        QVERIFY(steps.has_value());
        QCOMPARE(*steps, std::int64_t{40});
        QVERIFY2(told.sentences.find("At step 18 the loss is no number; going on from step 10") != std::string::npos,
            told.sentences.c_str());
        QCOMPARE(task.seen.size(), std::size_t{2}); // the step came again with other data
        QCOMPARE(trainer.counters().attempt, std::int64_t{1});
        QCOMPARE(trainer.counters().rateFactor, 1.0);
        const auto log = readFile(fs::path(folder.path().toStdString()) / "log.jsonl");
        QVERIFY(log && log->find("\"rolled_back\"") != std::string::npos);
    }
    void aLossThatRisesIsRolledBack()
    {
        const QTemporaryDir folder;
        auto request = quickRequest();
        request.learningRate = 1e-4; // nothing is learnt: the loss stays where it is
        LineTask task;
        task.brokenStep = 95;
        task.brokenFactor = 100;
        Trainer trainer(task, request, folder.path().toStdString(), false);
        Told told;
        QVERIFY(trainer.run({.steps = 100}, told, {}));
        QVERIFY2(told.sentences.find("3 times its usual value") != std::string::npos, told.sentences.c_str());
    }
    void aTrainingThatCannotGoOnSaysSo()
    {
        const QTemporaryDir folder;
        LineTask task;
        task.brokenStep = 12;
        task.brokenTimes = 1000;
        Trainer trainer(task, quickRequest(), folder.path().toStdString(), false);
        Told told;
        const auto steps = trainer.run({.steps = 40}, told, {});
        QVERIFY(!steps.has_value());
        QVERIFY2(steps.error().message.find("smaller --lr") != std::string::npos, steps.error().message.c_str());
        QVERIFY(told.sentences.find("half the learning rate") != std::string::npos);
    }
    void decayEndsTheTrainingAndCanBeTakenBack()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        Told told;
        LineTask task;
        QVERIFY(Trainer(task, quickRequest(), path, false).run({.steps = 20}, told, {}));
        LineTask again;
        Trainer decaying(again, quickRequest(), path, false);
        QCOMPARE(*decaying.run({.decaySteps = 10}, told, {}), std::int64_t{30});
        QVERIFY(told.last.learningRate < 0.11 * 0.05);
        LineTask third; // a finished decay makes no further step
        QCOMPARE(*Trainer(third, quickRequest(), path, false).run({}, told, {}), std::int64_t{30});
        fs::rename(path / "before-decay.safetensors", Trainer::statePath(path));
        LineTask fourth;
        QCOMPARE(*Trainer(fourth, quickRequest(), path, false).run({.steps = 22}, told, {}), std::int64_t{22});
        QCOMPARE(told.last.learningRate, 0.05);
    }
    void statesThatDoNotFitAreRefused_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("expected");
        QTest::newRow("empty") << "empty"
                               << "state.safetensors";
        QTest::newRow("cut") << "cut"
                             << "state.safetensors";
        QTest::newRow("no metadata") << "bare"
                                     << "says no 'format'";
        QTest::newRow("another format") << "format"
                                        << "expected 'toca-training-state'";
        QTest::newRow("counters") << "counters"
                                  << "counters";
        QTest::newRow("negative step") << "negative"
                                       << "step";
        QTest::newRow("a tensor missing") << "missing"
                                          << "tensors";
        QTest::newRow("another shape") << "shape"
                                       << "another shape or type";
        QTest::newRow("not finite") << "nan"
                                    << "no numbers";
    }
    void statesThatDoNotFitAreRefused()
    {
        QFETCH(const QString, kind);
        QFETCH(const QString, expected);
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString(), state = Trainer::statePath(path);
        Told told;
        LineTask task;
        QVERIFY(Trainer(task, quickRequest(), path, false).run({.steps = 3}, told, {}));
        damage(state, kind.toStdString());
        LineTask again;
        const auto before = weightsOf(again);
        const auto steps = Trainer(again, quickRequest(), path, false).run({.steps = 5}, told, {});
        QVERIFY(!steps.has_value());
        QVERIFY2(
            steps.error().message.find(expected.toStdString()) != std::string::npos, steps.error().message.c_str());
        QVERIFY(sameBits(weightsOf(again), before)); // nothing is restored by halves
    }

private:
    static void damage(const fs::path& state, const std::string& kind)
    {
        if (kind == "empty" || kind == "cut") {
            fs::resize_file(state, kind == "empty" ? 0 : fs::file_size(state) - 9);
            return;
        }
        NamedTensors tensors;
        std::vector<std::pair<std::string, std::string>> metadata;
        {
            const auto file = checkpoint::Checkpoint::open(state);
            QVERIFY(file.has_value());
            for (const auto& info : file->tensors())
                tensors.emplace_back(info.name, file->tensor(info.name).clone());
            metadata = file->metadata();
        }
        for (auto& [key, value] : metadata) {
            if (kind == "format" && key == "format")
                value = "something";
            if (kind == "counters" && key == "counters")
                value = "[1, 2";
            if (kind == "negative" && key == "counters")
                value.replace(value.find("\"step\":3"), 8, "\"step\":-3");
        }
        if (kind == "bare")
            metadata.clear();
        if (kind == "missing")
            tensors.pop_back();
        if (kind == "shape")
            tensors.back().second = torch::zeros({5});
        if (kind == "nan")
            tensors.back().second.fill_(std::numeric_limits<float>::quiet_NaN());
        QVERIFY(checkpoint::writeSafetensors(state, tensors, metadata).has_value());
    }
};

QTEST_GUILESS_MAIN(TestTrainer)
#include "tst_trainer.moc"
