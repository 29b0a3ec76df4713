// SPDX-License-Identifier: Apache-2.0
#pragma once

// QCustomPlot 2.1 still uses Qt's keywords, which everything of ours is built without (they break LibTorch's headers).
// This is the only place that includes it.
#define signals Q_SIGNALS
#define slots Q_SLOTS
#define emit Q_EMIT
#ifndef foreach
#define foreach Q_FOREACH
#endif
#include <qcustomplot.h>
#undef foreach
#undef emit
#undef slots
#undef signals
