#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the lint checks find what they are for, on small trees made for the purpose."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import check_includes
import check_sources

LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"


def found(check, files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return list(check.breaches(Path(folder)))


class Includes(unittest.TestCase):
    def testAllowedIncludesPass(self):
        self.assertEqual([], found(check_includes, {
            "core/base/error.h": "#include <string>\n",
            "core/media/a.cpp": 'extern "C" {\n#include <libavcodec/avcodec.h>\n}\n#include "core/base/error.h"\n',
            "cache/exec/a.h": "#include <torch/types.h>\n"}))

    def testWindowSeesNoTensor(self):
        self.assertEqual(1, len(found(check_includes, {"ui/a.cpp": "#include <torch/torch.h>\n"})))

    def testWindowSeesNoTensorThroughAnotherHeader(self):
        result = found(check_includes, {
            "app/a.cpp": '#include "core/engine/make_engine.h"\n',
            "core/engine/make_engine.h": '#include "core/models/model.h"\n',
            "core/models/model.h": "#include <torch/types.h>\n"})
        self.assertEqual(1, len(result))
        self.assertIn("core/models/model.h -> torch/types.h", result[0])

    def testEngineSeesNoQt(self):
        self.assertEqual(1, len(found(check_includes, {"core/engine/a.cpp": "#include <QString>\n"})))

    def testModelsKnowNoConcretePolicy(self):
        self.assertEqual(1, len(found(check_includes, {
            "core/models/a.cpp": '#include "cache/exec/policies/toca_run.h"\n', "cache/exec/policies/toca_run.h": ""})))

    def testLowerFolderDoesNotIncludeHigher(self):
        self.assertEqual(1, len(found(check_includes, {
            "cache/plan/a.cpp": '#include "core/api/engine.h"\n', "core/api/engine.h": ""})))

    def testOnlyTheWrapperIncludesQCustomPlot(self):
        files = {"ui/qcustomplot.h": "#include <qcustomplot.h>\n", "ui/a.cpp": "#include <qcustomplot.h>\n"}
        self.assertEqual(["ui/a.cpp: includes qcustomplot.h; only ui/qcustomplot.h may"], found(check_includes, files))

    def testJsonStaysOutOfPlanHeaders(self):
        files = {"cache/plan/a.h": "#include <nlohmann/json.hpp>\n", "cache/plan/a.cpp": "#include <nlohmann/json.hpp>\n"}
        self.assertEqual(1, len(found(check_includes, files)))


class Sources(unittest.TestCase):
    def testGoodFilesPass(self):
        self.assertEqual([], found(check_sources, {
            "a.h": LICENCE, "b.py": "#!/usr/bin/env python3\n# SPDX-License-Identifier: Apache-2.0\n",
            "README.md": "build/bin/toca and core/home/x and /usr/bin\n"}))

    def testLicenceLineIsMissed(self):
        self.assertEqual(1, len(found(check_sources, {"a.h": "#pragma once\n"})))

    def testPathOfOneMachineIsFound(self):
        for place in ["home", "root", "work", "tmp"]:
            self.assertEqual(1, len(found(check_sources, {"a.md": f"see /{place}/somebody/file\n"})), place)

    def testTabsAndTrailingSpacesAreFound(self):
        self.assertEqual(2, len(found(check_sources, {"a.cpp": LICENCE + "\tint a;\nint b; \n"})))


if __name__ == "__main__":
    unittest.main()
