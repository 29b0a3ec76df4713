#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes ui/policy_text_list.h, the policies' texts for translators, from `toca policies --json` on standard input."""
import json
import sys

texts = set()
for policy in json.load(sys.stdin)["policies"]:
    texts |= {policy["title"], policy["summary"]}
    for parameter in policy["parameters"]:
        texts |= {parameter[key] for key in ("label", "help", "group", "unit")}
    texts |= {preset["label"] for preset in policy["presets"]}
texts.discard("")

print("// SPDX-License-Identifier: Apache-2.0")
print("// Made from the policies' registry by `./dev translate`; tst_policy_texts holds it against the registry.")
print("#pragma once\n\n#include <QtGlobal>\n\nnamespace toca::ui {\n\n// clang-format off")
print("inline constexpr const char* kPolicyTexts[] = {")
for text in sorted(texts):
    print('    QT_TRANSLATE_NOOP("Policies", ' + json.dumps(text, ensure_ascii=False) + "),")
print("};\n// clang-format on\n\n} // namespace toca::ui")
