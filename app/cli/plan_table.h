// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/published_table.h"

#include <string>
#include <vector>

namespace toca::app {

// `toca plan --table`: the plans of published models beside the papers' figures. Rows of methods that this program does
// not have are left out. Keys and columns are in docs/cli.md.

std::string figuresText(const std::vector<plan::FigureComparison>& rows);
std::string figuresJson(const std::vector<plan::FigureComparison>& rows);
std::string figuresCsv(const std::vector<plan::FigureComparison>& rows);

} // namespace toca::app
