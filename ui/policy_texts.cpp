// SPDX-License-Identifier: Apache-2.0
#include "ui/policy_texts.h"

#include "ui/policy_text_list.h"

#include <QCoreApplication>

#include <iterator>

namespace toca::ui {

QString policyText(const std::string& english)
{
    return english.empty() ? QString() : QCoreApplication::translate("Policies", english.c_str());
}

std::vector<std::string> policyTextList()
{
    return {std::begin(kPolicyTexts), std::end(kPolicyTexts)};
}

} // namespace toca::ui
