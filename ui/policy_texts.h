// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <string>
#include <vector>

namespace toca::ui {

/// A text of the policies' registry (title, summary, label, help, group, unit, preset) in the window's language. The
/// registry knows no Qt and is English; `policy_text_list.h` names its texts for translators.
QString policyText(const std::string& english);

/// All texts that translators are given: what `tst_policy_texts` holds against the registry.
std::vector<std::string> policyTextList();

} // namespace toca::ui
