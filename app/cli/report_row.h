// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace toca::app {

// One line of a table of runs, made from the run's report (docs/report-schema.md), so that a run of today and one that
// was stored give the same.

/// The figures of a report: denoising_seconds, total_seconds, counted_flops, flops_gain, wall_clock_gain, gain_ratio,
/// end_to_end_gain, identical, psnr_db, ssim, latent_relative_error, peak_cache_bytes. What the report does not hold,
/// or not as a number, is null.
nlohmann::ordered_json rowOf(const nlohmann::ordered_json& report);

/// Headings and cells of the figures for people.
std::vector<std::string> rowHeadings();
std::vector<std::string> rowCells(const nlohmann::ordered_json& row);
/// One letter for each column of `rowHeadings`, for TextTable.
std::string rowAlignment();

/// A JSON value as the cell of a CSV table: texts as they are, null empty.
std::string csvCell(const nlohmann::ordered_json& value);
/// Objects of the same keys as CSV, with a line of names.
std::string csvTable(const nlohmann::ordered_json& rows);

} // namespace toca::app
