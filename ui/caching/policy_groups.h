// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

#include <QList>
#include <QString>

namespace toca::ui {

/// Whether a policy applies to a run.
struct PolicyFit {
    bool isPossible = true; ///< false: the method makes no sense for this model
    QString reason; ///< why not, or what it still needs; empty when all is well
};

/// What kind of thing a method decides about; the chooser lists policies by it.
struct PolicyGroup {
    QString title; ///< "Whole steps, by a threshold"
    QString help;
    QList<const plan::PolicyEntry*> policies; ///< in the registry's order
};

/// Every registered policy once; groups without one are left out. A policy that this list does not know yet is in the
/// last group.
QList<PolicyGroup> policyGroups();

/// "ToCa" of "ToCa: token-wise caching".
QString policyName(const plan::PolicyEntry& entry);
/// "token-wise caching" of "ToCa: token-wise caching"; empty when the title has no such part.
QString policyKind(const plan::PolicyEntry& entry);

} // namespace toca::ui
