// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <vector>

namespace toca::ui {

class TokenMapView;

/// Writes maps side by side as one figure: PNG as they are seen, SVG and PDF in light colours for paper.
/// @return what went wrong, empty on success
QString exportMaps(const QString& path, const std::vector<const TokenMapView*>& maps);

} // namespace toca::ui
