// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/selection/selection_map_model.h"

#include <QString>

namespace toca::ui {

// Every sentence about cells of a run, for the read-out lines, tooltips, screen readers and tables.

QString moduleTitle(plan::ModuleKind module); ///< "self-attention", "cross-attention", "MLP"
QString moduleShortTitle(plan::ModuleKind module); ///< "SA", "CA", "MLP": for narrow axes
QString actionTitle(plan::Action action); ///< "full", "subset", "reused", ...
/// "spatial layer 3": counted within its kind, as the model's own lists are; "layer 3" where all are joint.
QString layerTitle(const plan::Geometry& geometry, int layer);
QString layerShortTitle(const plan::Geometry& geometry, int layer); ///< "S3", "T3", "3"
/// Index of the layer among those of its kind.
int layerOfKind(const plan::Geometry& geometry, int layer);
/// What a layer of this model consists of: without cross-attention in class-conditional ones.
const std::vector<plan::ModuleKind>& modulesOf(const plan::Geometry& geometry);
/// "with prompt", "without prompt", or with class: what a guidance row with its own selection is; its number where
/// rows are not guidance rows.
QString selectionRowTitle(const plan::Geometry& geometry, int selectionRows, int row);

QString percentText(double share); ///< "14.7 %"
QString secondsText(double seconds); ///< "0.42 ms", "1.30 s"
QString flopsText(double flops); ///< "13.2 MFLOP", "1.05 TFLOP"
QString bytesText(double bytes); ///< "3.4 MiB"

/// One line: "step 14 · t 533.2 · temporal layer 3 · MLP · subset · 47 / 320 tokens (14.7 %) · 0.42 ms · 0.013 GFLOP".
QString cellReadout(const SelectionMapModel& model, const MapCell& cell);
/// Rich text of several lines.
QString cellToolTip(const SelectionMapModel& model, const MapCell& cell);
/// A plain sentence: "step 14, temporal layer 3, MLP: 47 of 320 tokens computed, the others reused; last full at step
/// 12".
QString cellSentence(const SelectionMapModel& model, const MapCell& cell);
/// All known cells: step, evaluation, timestep, layer, kind, module, source, action, computed tokens, tokens, fresh
/// ratio, seconds, selection seconds, FLOPs. Lines end with \n, numbers have decimal points.
QByteArray selectionCsv(const SelectionMapModel& model);

} // namespace toca::ui
