// SPDX-License-Identifier: Apache-2.0
#include "core/verify/families.h"

namespace toca::verify {

const std::vector<FamilyEntry>& families()
{
    static const std::vector<FamilyEntry> entries{
        {"stdit3", runStdit3Case},
        {"dit", runDitCase},
        {"pixart", runPixartCase},
        {"t5", runT5Case},
        {"vae", runVaeCase},
        {"pipeline", runPipelineCase},
        {"pickle", runPickleCase},
        {"schedulers", runSchedulersCase},
    };
    return entries;
}

} // namespace toca::verify
