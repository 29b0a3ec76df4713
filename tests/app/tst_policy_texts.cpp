// SPDX-License-Identifier: Apache-2.0
// Translators are given every text of the policies' registry, and no others.
#include "cache/plan/policy.h"
#include "ui/policy_texts.h"

#include <QTest>

#include <set>

using namespace toca;

class TestPolicyTexts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void listIsTheRegistry()
    {
        std::set<std::string> wanted;
        for (const plan::PolicyEntry& entry : plan::policyEntries()) {
            wanted.insert({entry.title, entry.summary});
            for (const plan::ParameterSpec& spec : entry.parameters) {
                wanted.insert({spec.label, spec.help, spec.group, spec.unit});
            }
            for (const plan::Preset& preset : entry.presets) {
                wanted.insert(preset.label);
            }
        }
        wanted.erase("");
        const std::vector<std::string> given = ui::policyTextList();
        for (const std::string& text : given) {
            QVERIFY2(wanted.erase(text) == 1, ("not of the registry, or twice; run ./dev translate: " + text).c_str());
        }
        for (const std::string& text : wanted) {
            QFAIL(("not given to translators; run ./dev translate: " + text).c_str());
        }
    }
    void withoutATranslationTheTextIsEnglish()
    {
        QCOMPARE(ui::policyText("Fresh ratio"), QString("Fresh ratio"));
        QCOMPARE(ui::policyText(""), QString());
    }
};

QTEST_GUILESS_MAIN(TestPolicyTexts)
#include "tst_policy_texts.moc"
