// SPDX-License-Identifier: Apache-2.0
#include "core/world/world.h"
#include "ui/compare/prompt_check.h"
#include "ui/compare/summary_strip.h"

#include <QTest>

using namespace toca;

/// The window's "does what the prompt says".
class TestPromptCheck : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rightClip();
    void wrongClip();
    void otherPrompts();
    void stripShowsBoth();
};

namespace {

RunResult runOf(const std::string& prompt, const std::string& shown)
{
    RunResult run;
    run.request.prompt = prompt;
    const world::Scene scene = world::sceneFor(*world::parseCaption(shown), 1);
    std::vector<std::uint8_t> rgb(128 * 128 * 3 * 17);
    world::render(scene, 128, 128, 17, rgb);
    for (int frame = 0; frame < 17; ++frame) {
        const auto begin = rgb.begin() + std::ptrdiff_t{128} * 128 * 3 * frame;
        run.clip.frames.push_back({128, 128, {begin, begin + 128 * 128 * 3}});
    }
    return run;
}

} // namespace

void TestPromptCheck::rightClip()
{
    const std::string prompt = "a large red star moves up on a blue background";
    const auto check = ui::checkPrompt(runOf(prompt, prompt));
    QVERIFY(check.has_value());
    QCOMPARE(check->asked, 6);
    QVERIFY(check->isFollowed());
    QVERIFY(check->detail.isEmpty());
}

void TestPromptCheck::wrongClip()
{
    const auto check = ui::checkPrompt(runOf(
        "a large red star moves up on a blue background", "a large green star moves to the left on a blue background"));
    QVERIFY(check.has_value());
    QCOMPARE(check->right, 4);
    QVERIFY2(check->detail.contains("green"), qPrintable(check->detail));
    QVERIFY2(check->detail.contains("left"), qPrintable(check->detail));
}

void TestPromptCheck::otherPrompts()
{
    RunResult run = runOf("a cat on a mat", "a red ball bounces");
    QVERIFY(!ui::checkPrompt(run));
    run.request.prompt = "a red ball bounces";
    run.clip = {};
    QVERIFY(!ui::checkPrompt(run));
    run.clip.frames = {{4, 4, std::vector<std::uint8_t>(48)}};
    QVERIFY(!ui::checkPrompt(run));
}

void TestPromptCheck::stripShowsBoth()
{
    ui::SummaryStrip strip;
    strip.showPromptCheck({5, 6, "shape is wrong"}, std::nullopt);
    QVERIFY2(strip.text().contains("5 of 6"), qPrintable(strip.text()));
    strip.clear();
    strip.showPromptCheck({4, 6, {}}, ui::PromptCheck{5, 6, {}});
    QVERIFY2(strip.text().contains("4 of 6"), qPrintable(strip.text()));
    const auto* cell = strip.findChildren<QWidget*>("promptCheck").last();
    QVERIFY2(cell->toolTip().contains("Uncached clip: 5 of 6"), qPrintable(cell->toolTip()));
}

QTEST_MAIN(TestPromptCheck)
#include "tst_prompt_check.moc"
