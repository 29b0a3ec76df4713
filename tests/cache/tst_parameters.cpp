// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/parameter_effect.h"
#include "cache/plan/policies/toca_policy.h"
#include "cache/plan/policy.h"

#include <QTest>

#include <limits>
#include <set>

using namespace toca;
using namespace toca::plan;

namespace {

const ParameterSpec& tocaSpec(const char* name)
{
    for (const ParameterSpec& spec : TocaOptions::specs())
        if (spec.name == name)
            return spec;
    qFatal("no such parameter");
}

QString text(const Error& error)
{
    return QString::fromStdString(error.message);
}

} // namespace

class TestParameters : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void parsesByKind();
    void refusesTextThatIsNoValue_data();
    void refusesTextThatIsNoValue();
    void messagesNameParameterTextAndRange();
    void textReadsBackAsTheSameValue();
    void defaultsAreFilledIn();
    void wholeNumbersAndNumbersAreExchangeable();
    void unknownParametersListTheKnownOnes();
    void everyPolicyIsDescribedCompletely();
    void everyPresetMakesAPolicy();
    void givenValuesWinOverThePreset();
    void unknownPolicyAndPresetListTheKnownOnes();
    void optionsTakeEveryParameter();
    void whatHasNoEffectChangesNoPlan_data();
    void whatHasNoEffectChangesNoPlan();
};

void TestParameters::parsesByKind()
{
    QCOMPARE(*parseParameter(tocaSpec("fresh_ratio"), "0.25"), ParameterValue(0.25));
    QCOMPARE(*parseParameter(tocaSpec("fresh_ratio"), "1"), ParameterValue(1.0));
    QCOMPARE(*parseParameter(tocaSpec("mlp_interval"), "4"), ParameterValue(std::int64_t{4}));
    QCOMPARE(*parseParameter(tocaSpec("ratio_schedule"), "linear-mode"), ParameterValue(std::string("linear-mode")));
    ParameterSpec flag;
    flag.kind = ParameterKind::Boolean;
    QCOMPARE(*parseParameter(flag, "true"), ParameterValue(true));
    QCOMPARE(*parseParameter(flag, "0"), ParameterValue(false));
    QVERIFY(!parseParameter(flag, "2"));
}

void TestParameters::refusesTextThatIsNoValue_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    for (const char* value :
        {"", " ", "x", "1.5", "-0.1", "nan", "inf", "1e999", "0.1x", "0,1", " 0.1", "--1", "0x1p3"})
        QTest::addRow("fresh_ratio=%s", value) << QByteArray("fresh_ratio") << QByteArray(value);
    for (const char* value : {"", "0", "-3", "2.5", "1e30", "99999999999999999999", "three"})
        QTest::addRow("mlp_interval=%s", value) << QByteArray("mlp_interval") << QByteArray(value);
    for (const char* value : {"", "Toca", "tocaa"})
        QTest::addRow("ratio_schedule=%s", value) << QByteArray("ratio_schedule") << QByteArray(value);
}

void TestParameters::refusesTextThatIsNoValue()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    const auto parsed = parseParameter(tocaSpec(name.constData()), value.toStdString());
    QVERIFY(!parsed);
    QCOMPARE(parsed.error().code, ErrorCode::InvalidArgument);
}

void TestParameters::messagesNameParameterTextAndRange()
{
    const auto ratio = parseParameter(tocaSpec("fresh_ratio"), "7");
    QVERIFY(text(ratio.error()).contains("fresh_ratio"));
    QVERIFY(text(ratio.error()).contains("'7'"));
    QVERIFY(text(ratio.error()).contains("from 0 to 1"));
    const auto choice = parseParameter(tocaSpec("ratio_schedule"), std::string(5000, 'x') + "\n");
    QVERIFY(text(choice.error()).contains("layerwise"));
    QVERIFY(text(choice.error()).size() < 300);
}

void TestParameters::textReadsBackAsTheSameValue()
{
    for (const double number : {0.1, 1.0 / 3, 0.0, 1.0, 1e-300}) {
        const auto parsed = parseParameter(tocaSpec("fresh_ratio"), toText(ParameterValue(number)));
        QVERIFY(parsed);
        QCOMPARE(*parsed, ParameterValue(number));
    }
    QCOMPARE(toText(ParameterValue(0.1)), std::string("0.1"));
    QCOMPARE(toText(ParameterValue(true)), std::string("true"));
    QCOMPARE(toText(ParameterValue(std::int64_t{3})), std::string("3"));
}

void TestParameters::defaultsAreFilledIn()
{
    const auto values = completed(TocaOptions::specs(), {{"fresh_ratio", 0.5}});
    QVERIFY(values);
    QCOMPARE(values->size(), TocaOptions::specs().size());
    QCOMPARE(values->at("fresh_ratio"), ParameterValue(0.5));
    QCOMPARE(values->at("cross_attention_interval"), ParameterValue(std::int64_t{6}));
}

void TestParameters::wholeNumbersAndNumbersAreExchangeable()
{
    const auto values = completed(TocaOptions::specs(), {{"fresh_ratio", std::int64_t{1}}, {"mlp_interval", 4.0}});
    QVERIFY(values);
    QCOMPARE(values->at("fresh_ratio"), ParameterValue(1.0));
    QCOMPARE(values->at("mlp_interval"), ParameterValue(std::int64_t{4}));
    QVERIFY(!completed(TocaOptions::specs(), {{"mlp_interval", 4.5}}));
    QVERIFY(!completed(TocaOptions::specs(), {{"mlp_interval", std::string("4")}}));
    QVERIFY(!completed(TocaOptions::specs(), {{"fresh_ratio", true}}));
    QVERIFY(!completed(TocaOptions::specs(), {{"fresh_ratio", std::numeric_limits<double>::quiet_NaN()}}));
}

void TestParameters::unknownParametersListTheKnownOnes()
{
    const auto values = completed(TocaOptions::specs(), {{"freshratio", 0.5}});
    QVERIFY(!values);
    QVERIFY(text(values.error()).contains("'freshratio'"));
    QVERIFY(text(values.error()).contains("fresh_ratio"));
    const auto none = makePolicy("none", {{"fresh_ratio", 0.5}});
    QVERIFY(text(none.error()).contains("has none"));
}

void TestParameters::everyPolicyIsDescribedCompletely()
{
    std::set<std::string> names;
    for (const PolicyEntry& entry : policyEntries()) {
        QVERIFY(names.insert(entry.name).second);
        QVERIFY(!entry.title.empty() && !entry.summary.empty() && entry.make);
        QVERIFY(!entry.presets.empty());
        std::set<std::string> keys;
        for (const ParameterSpec& spec : entry.parameters) {
            QVERIFY2(keys.insert(spec.name).second, spec.name.c_str());
            QVERIFY2(!spec.label.empty() && spec.help.size() > 20 && !spec.group.empty(), spec.name.c_str());
            QVERIFY2(parseParameter(spec, toText(spec.defaultValue)), spec.name.c_str());
            QVERIFY2(spec.kind != ParameterKind::Choice || !spec.choices.empty(), spec.name.c_str());
        }
    }
    for (const char* name : {"none", "fora", "toca"})
        QVERIFY2(findPolicy(name), name);
    QVERIFY(!findPolicy("tocaa"));
}

void TestParameters::everyPresetMakesAPolicy()
{
    for (const PolicyEntry& entry : policyEntries()) {
        for (const Preset& preset : entry.presets) {
            const auto policy = makePolicy(entry.name, {}, preset.name);
            QVERIFY2(policy, preset.name.c_str());
            QCOMPARE((*policy)->name(), std::string_view(entry.name));
            QVERIFY2(!preset.source.empty() && !preset.label.empty(), preset.name.c_str());
        }
        // The first preset that fits a family is its default setting.
        for (const char* family : {"stdit3", "dit", "pixart"}) {
            const Preset* standard = defaultPreset(entry, family);
            if (!standard)
                continue; // then the parameters' own defaults
            PolicyContext context;
            context.family = family;
            const auto byDefault = makePolicy(entry.name, {}, {}, context);
            const auto named = makePolicy(entry.name, {}, standard->name, context);
            QVERIFY(byDefault && named);
            QCOMPARE((*byDefault)->parameters(), (*named)->parameters());
        }
    }
}

void TestParameters::givenValuesWinOverThePreset()
{
    const auto policy = makePolicy("toca", {{"mlp_interval", std::int64_t{7}}}, "careful");
    QVERIFY(policy);
    QCOMPARE((*policy)->parameters().at("mlp_interval"), ParameterValue(std::int64_t{7}));
    QCOMPARE((*policy)->parameters().at("spatial_attention_interval"), ParameterValue(std::int64_t{2}));
}

void TestParameters::unknownPolicyAndPresetListTheKnownOnes()
{
    QVERIFY(text(makePolicy("tocaa").error()).contains("toca, fora, none"));
    QVERIFY(text(makePolicy("toca", {}, "best").error()).contains("opensora-r85"));
}

void TestParameters::optionsTakeEveryParameter()
{
    // Every parameter away from its default must change the options: none is forgotten when they are read.
    const auto fields = [](const TocaOptions& o) {
        const auto& i = o.intervals;
        return std::make_tuple(o.refreshInCycles, i.spatialAttention, i.temporalAttention, i.crossAttention, i.mlp,
            i.warmupSteps, o.cycleStepWeight, o.sensitiveFrom, o.sensitiveTo, o.freshRatio, o.ratioSchedule,
            o.ratioWeights.step, o.ratioWeights.layer, o.ratioWeights.crossAttention, o.ratioWeights.mlp, o.score,
            o.interval, o.ageWeight, o.crossAttentionWeight, o.selfAttentionWeight, o.spatialBonus, o.spatialBonusGrid,
            o.sharedSelection, o.randomSeed, o.stepCurve.text(), o.layerCurve.text());
    };
    QCOMPARE(TocaOptions::specs().size(), std::tuple_size_v<decltype(fields(TocaOptions()))>);
    const auto defaults = *completed(TocaOptions::specs(), {});
    QVERIFY(fields(TocaOptions::from(defaults)) == fields(TocaOptions()));
    for (const ParameterSpec& spec : TocaOptions::specs()) {
        ParameterValues values = defaults;
        switch (spec.kind) {
        case ParameterKind::Integer:
            values[spec.name] = static_cast<std::int64_t>(spec.maximum);
            break;
        case ParameterKind::Number:
            values[spec.name] = spec.maximum - 0.5;
            break;
        case ParameterKind::Boolean:
            values[spec.name] = !std::get<bool>(spec.defaultValue);
            break;
        case ParameterKind::Text:
            values[spec.name] = std::string("0:0.5, 1:2");
            break;
        default:
            values[spec.name] = spec.choices.back();
        }
        QVERIFY2(fields(TocaOptions::from(values)) != fields(TocaOptions()), spec.name.c_str());
        const auto policy = makePolicy("toca", values);
        QVERIFY(policy);
        QVERIFY(fields(dynamic_cast<const TocaPolicy&>(**policy).options()) == fields(TocaOptions::from(values)));
    }
}

void TestParameters::whatHasNoEffectChangesNoPlan_data()
{
    QTest::addColumn<std::string>("policy");
    QTest::addColumn<std::string>("preset");
    QTest::addColumn<int>("without");
    QTest::newRow("ToCa, cycle") << std::string("toca") << std::string("dit-ddim50") << 5;
    QTest::newRow("ToCa, per module") << std::string("toca") << std::string("opensora-r85") << 3;
    QTest::newRow("DuCa, cycle") << std::string("duca") << std::string("dit") << 5;
    QTest::newRow("FORA, all modules") << std::string("fora") << std::string("dit-n3") << 4;
    QTest::newRow("FORA, per module") << std::string("fora") << std::string("opensora") << 1;
}

void TestParameters::whatHasNoEffectChangesNoPlan()
{
    QFETCH(std::string, policy);
    QFETCH(std::string, preset);
    QFETCH(int, without);
    const auto shape = publishedShape(policy == "fora" || preset == "opensora-r85" ? "opensora-v1.2" : "dit-xl-2-256");
    QVERIFY(shape);
    const auto geometry = geometryFor(*shape, shape->family == "dit" ? 1 : 51, 256, 256, 0);
    QVERIFY(geometry);
    const auto planOf = [&](const ParameterValues& values) {
        const auto made = makePolicy(policy, values, preset, {shape->family, {}, {}});
        return (*made)->plan(*geometry, uniformSchedule("", 30));
    };
    const auto standard = makePolicy(policy, {}, preset, {shape->family, {}, {}});
    QVERIFY(standard);
    const auto reference = planOf({});
    QVERIFY(reference);
    int found = 0;
    for (const ParameterSpec& spec : findPolicy(policy)->parameters) {
        if (withoutEffect(spec.name, (*standard)->parameters()).empty())
            continue;
        ++found;
        const bool isWhole = spec.kind == ParameterKind::Integer;
        const auto turned = planOf({{spec.name, isWhole ? ParameterValue(std::int64_t{7}) : ParameterValue(0.7)}});
        QVERIFY(turned);
        QCOMPARE(turned->totalFlops(), reference->totalFlops());
    }
    QCOMPARE(found, without);
    // And one that has an effect has it.
    const bool isToken = policy != "fora";
    const auto other =
        planOf(isToken ? ParameterValues{{"fresh_ratio", 0.9}} : ParameterValues{{"warmup_steps", std::int64_t{20}}});
    QVERIFY(other);
    QVERIFY(other->totalFlops() > reference->totalFlops());
}

QTEST_GUILESS_MAIN(TestParameters)
#include "tst_parameters.moc"
