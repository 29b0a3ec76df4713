// SPDX-License-Identifier: Apache-2.0
#include "app/cli/plan_table.h"

#include "app/cli/console.h"
#include "app/cli/report_row.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;
using plan::FigureComparison;
using plan::FigureState;

constexpr double kNotable = 0.02; // differences beyond it get their cause

std::string stateName(FigureState state)
{
    switch (state) {
    case FigureState::Compared:
        return "compared";
    case FigureState::SettingUnknown:
        return "setting_unknown";
    case FigureState::DecidedAtRunTime:
        return "decided_at_run_time";
    case FigureState::UnknownPolicy:
        break;
    }
    return "unknown_policy";
}

/// Three or four digits, as the tables print.
std::string teraText(double tera)
{
    return tera > 0 ? fixedText(tera, tera < 1000 ? 2 : 1) : "-";
}

std::string differenceText(const std::optional<double>& difference)
{
    if (!difference)
        return "-";
    const double percent = std::round(1e4 * *difference) / 100 + 0.0; // no "-0.00"
    return (percent > 0 ? "+" : "") + fixedText(percent, 2) + " %";
}

std::string gainText(double gain)
{
    return gain > 0 ? fixedText(gain, 3) : "-";
}

/// The footnotes of one table: each cause once.
class Notes {
public:
    /// @return " [1]", or nothing for an empty note
    std::string mark(const std::string& note)
    {
        if (note.empty())
            return "";
        auto found = std::find(m_notes.begin(), m_notes.end(), note);
        if (found == m_notes.end())
            found = m_notes.insert(m_notes.end(), note);
        return " [" + std::to_string(found - m_notes.begin() + 1) + "]";
    }
    std::string text() const
    {
        std::string text;
        for (std::size_t i = 0; i < m_notes.size(); ++i)
            text += "  [" + std::to_string(i + 1) + "] " + m_notes[i] + "\n";
        return text;
    }

private:
    std::vector<std::string> m_notes;
};

std::string noteOf(const FigureComparison& row)
{
    switch (row.state) {
    case FigureState::Compared:
        return std::abs(row.decisiveDifference()) > kNotable ? row.figure.cause : "";
    case FigureState::DecidedAtRunTime:
        return "decided at run time or by a calibration of the model: no plan without weights";
    case FigureState::SettingUnknown:
        break;
    case FigureState::UnknownPolicy:
        return "";
    }
    return row.figure.cause;
}

std::string tableText(const FigureComparison* begin, const FigureComparison* end)
{
    const bool isRecounted = begin->figure.recount.has_value();
    TextTable table(isRecounted ? "lrrrrrrr" : "lrrrrr");
    std::vector<std::string> heading{"", "published", "ours", "difference", "gain", "ours"};
    if (isRecounted)
        heading.insert(heading.end(), {"by its counting", "difference"});
    table.addRow(std::move(heading));
    Notes notes;
    std::string origins = begin->figure.origin;
    for (const FigureComparison* row = begin; row != end; ++row) {
        if (row->state == FigureState::UnknownPolicy)
            continue;
        std::vector<std::string> cells{row->figure.label + notes.mark(noteOf(*row)), teraText(row->publishedTeraFlops),
            teraText(row->teraFlops), differenceText(row->difference), gainText(row->publishedGain),
            gainText(row->gain)};
        if (isRecounted)
            cells.insert(cells.end(),
                {row->recountedTeraFlops ? teraText(*row->recountedTeraFlops) : "-",
                    differenceText(row->recountedDifference)});
        table.addRow(std::move(cells));
        if (row->figure.origin != begin->figure.origin)
            origins += "; " + row->figure.label + ": " + row->figure.origin;
    }
    std::string text = begin->figure.table + " (" + begin->figure.geometry + "), TFLOP\n" + table.text("  ")
        + "  figures: " + origins + "\n";
    if (isRecounted)
        text += "  its counting: " + begin->figure.recount->description + "\n";
    return text + notes.text();
}

Json rowJson(const FigureComparison& row)
{
    const auto optional = [](const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); };
    const auto known = [](double value) { return value > 0 ? Json(value) : Json(nullptr); };
    const bool isCompared = row.state == FigureState::Compared;
    Json object;
    object["table"] = row.figure.table;
    object["geometry"] = row.figure.geometry;
    object["sampler"] = row.figure.sampler;
    object["steps"] = row.figure.steps;
    object["label"] = row.figure.label;
    object["policy"] = row.figure.policy;
    object["preset"] = row.figure.preset;
    object["parameters"] = Json::object();
    for (const auto& [name, value] : row.figure.values)
        object["parameters"][name] = std::visit([](const auto& held) { return Json(held); }, value);
    object["state"] = stateName(row.state);
    object["published_tera_flops"] = known(row.publishedTeraFlops);
    object["tera_flops"] = isCompared ? Json(row.teraFlops) : Json(nullptr);
    object["difference"] = optional(row.difference);
    object["published_gain"] = known(row.publishedGain);
    object["gain"] = isCompared ? Json(row.gain) : Json(nullptr);
    object["gain_difference"] = isCompared ? Json(row.gainDifference) : Json(nullptr);
    object["recounted_tera_flops"] = optional(row.recountedTeraFlops);
    object["recounted_difference"] = optional(row.recountedDifference);
    object["counting"] = row.figure.recount ? Json(row.figure.recount->description) : Json(nullptr);
    object["origin"] = row.figure.origin;
    object["note"] = noteOf(row);
    return object;
}

} // namespace

std::string figuresText(const std::vector<FigureComparison>& rows)
{
    std::string text;
    for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
        while (end < rows.size() && rows[end].figure.table == rows[begin].figure.table)
            ++end;
        text += (begin == 0 ? "" : "\n") + tableText(rows.data() + begin, rows.data() + end);
    }
    return text;
}

namespace {

Json rowsJson(const std::vector<FigureComparison>& rows)
{
    Json array = Json::array();
    for (const FigureComparison& row : rows)
        if (row.state != FigureState::UnknownPolicy)
            array.push_back(rowJson(row));
    return array;
}

} // namespace

std::string figuresJson(const std::vector<FigureComparison>& rows)
{
    const Json object{{"format", "toca-plan-table"}, {"format_version", 1}, {"rows", rowsJson(rows)}};
    return object.dump(2) + "\n";
}

std::string figuresCsv(const std::vector<FigureComparison>& rows)
{
    return csvTable(rowsJson(rows));
}

} // namespace toca::app
