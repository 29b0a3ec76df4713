// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/policy_groups.h"

#include "ui/policy_texts.h"

#include <QCoreApplication>
#include <QStringList>

namespace toca::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("toca::ui::PolicyGroups", text);
}

} // namespace

QList<PolicyGroup> policyGroups()
{
    struct Known {
        PolicyGroup group;
        QStringList names;
    };
    Known known[]{
        {{tr("Baseline"), tr("Everything is computed: what gains and fidelity are measured against."), {}}, {"none"}},
        {{tr("Token-wise"), tr("Between full steps, some tokens of a module are computed and the others reused."), {}},
            {"toca", "duca", "clusca"}},
        {{tr("Whole modules and layers"),
             tr("A module or a stretch of layers is computed or reused as a whole, at fixed steps."), {}},
            {"fora", "pab", "ebcache", "deltadit", "harmonica"}},
        {{tr("Forecasts"),
             tr("Outputs are extrapolated from how they changed over earlier steps instead of being reused."), {}},
            {"taylorseer", "speca", "fastercache"}},
        {{tr("Whole steps, by a threshold"),
             tr("While running, a measured change is held against a threshold: below it the step is skipped."), {}},
            {"teacache", "dbcache", "magcache", "easycache"}},
        {{tr("By hand"), tr("What is computed where is painted, not decided by a method."), {}}, {"schedule"}},
        {{tr("Other methods"), {}, {}}, {}},
    };
    constexpr std::size_t kOther = std::size(known) - 1;
    for (const plan::PolicyEntry& entry : plan::policyEntries()) {
        std::size_t place = kOther;
        for (std::size_t index = 0; index < kOther; ++index) {
            if (known[index].names.contains(QString::fromStdString(entry.name))) {
                place = index;
            }
        }
        known[place].group.policies.append(&entry);
    }
    QList<PolicyGroup> groups;
    for (Known& each : known) {
        if (!each.group.policies.isEmpty()) {
            groups.append(std::move(each.group));
        }
    }
    return groups;
}

QString policyName(const plan::PolicyEntry& entry)
{
    const QString title = policyText(entry.title);
    return title.section(": ", 0, 0);
}

QString policyKind(const plan::PolicyEntry& entry)
{
    return policyText(entry.title).section(": ", 1);
}

} // namespace toca::ui
