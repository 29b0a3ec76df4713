// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/exit_codes.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toca::app {

/// `text` as one line that is safe in a terminal: control characters become spaces, invalid UTF-8 is replaced, and what
/// is longer than `limit` bytes is cut with "...".
std::string oneLine(std::string_view text, std::size_t limit = 4000);

/// Prints "toca: <message>" as one line on stderr. @return the exit code of the error's kind
int fail(const Error& error);
/// Prints "toca: warning: <message>" as one line on stderr.
void warn(std::string_view message);

/// "12.3 KiB", "3.4 MiB"; the unit goes up to TiB.
std::string bytesText(double bytes);
/// "3283 TFLOP", "12.3 GFLOP": decimal units up to tera, which the published tables use.
std::string flopsText(double flops);
/// `value` with `decimals` digits after the point, whatever the locale.
std::string fixedText(double value, int decimals);
/// One word for a POSIX shell, between single quotes where it needs them.
std::string shellQuoted(std::string_view text);

/// One line of CSV (RFC 4180 with a plain line end): cells with commas, quotes or line ends are quoted.
std::string csvLine(const std::vector<std::string>& cells);

/// Columns of a table, separated by two spaces; numbers right, texts left.
class TextTable {
public:
    /// @param alignment one letter per column: 'l' or 'r'
    explicit TextTable(std::string alignment)
        : m_alignment(std::move(alignment))
    {
    }
    void addRow(std::vector<std::string> cells) { m_rows.push_back(std::move(cells)); }
    std::string text(std::string_view indent = "") const;

private:
    std::string m_alignment;
    std::vector<std::vector<std::string>> m_rows;
};

} // namespace toca::app
