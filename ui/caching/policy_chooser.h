// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/caching/policy_groups.h"

#include <QComboBox>

#include <vector>

namespace toca::ui {

/// All policies in groups, each with one line about what it does. Those that do not apply to the open model can't be
/// chosen and say why, in their line and in their tool tip.
class PolicyChooser : public QComboBox {
    Q_OBJECT
public:
    explicit PolicyChooser(QWidget* parent = nullptr);

    /// @param fits one per policy of the registry, in its order
    void setFits(const std::vector<PolicyFit>& fits);
    /// Chosen without a signal; also one that does not apply, since a file may name it.
    void setPolicy(const std::string& name);
    std::string policy() const;
    /// Whether a policy can be chosen, and the line below its name.
    bool isPossible(const std::string& name) const;
    QString lineOf(const std::string& name) const;

    void showPopup() override;

Q_SIGNALS:
    void policyChosen(const std::string& name);

private:
    int indexOf(const std::string& name) const;
};

} // namespace toca::ui
