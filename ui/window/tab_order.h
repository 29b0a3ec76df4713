// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>

class QWidget;

namespace toca::ui {

/// Moves the focus to the next (or previous) control, going through `parts` one after the other and in each as its
/// layouts are arranged, and scrolls it into sight. Qt itself goes by order of creation and leaves out what stands
/// before the focus proxy of a container.
/// @return false when the focus is in none of the parts, or nothing else takes it
bool focusNextByLayout(const QList<QWidget*>& parts, QWidget* focused, bool next);

} // namespace toca::ui
