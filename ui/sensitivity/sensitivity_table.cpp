// SPDX-License-Identifier: Apache-2.0
#include "ui/sensitivity/sensitivity_table.h"

#include "ui/selection/cell_text.h"
#include "ui/sensitivity/sensitivity_panel.h"
#include "ui/sensitivity/sensitivity_texts.h"
#include "ui/theme/theme.h"

#include <QHeaderView>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

/// Short column heads; the titles are their tool tips.
QString shortName(SensitivityScore score)
{
    switch (score) {
    case SensitivityScore::SelfAttention:
        return QStringLiteral("s1");
    case SensitivityScore::CrossAttention:
        return QStringLiteral("s2");
    case SensitivityScore::Age:
        return QStringLiteral("s3");
    case SensitivityScore::SpatialBonus:
        return QStringLiteral("s4");
    case SensitivityScore::Combined:
        return SensitivityPanel::tr("ToCa");
    case SensitivityScore::ValueNorm:
        return SensitivityPanel::tr("values");
    case SensitivityScore::InputNorm:
        return SensitivityPanel::tr("norm");
    case SensitivityScore::Similarity:
        return SensitivityPanel::tr("in-out");
    case SensitivityScore::Change:
        break;
    }
    return SensitivityPanel::tr("change");
}

QString ratioText(double value)
{
    return std::isfinite(value) ? QLocale().toString(value, 'f', value < 100 ? 1 : 0) + QStringLiteral("×")
                                : QStringLiteral("–");
}

/// Measured groups of one step, on average: the steps measure the same tokens, so that more steps add little evidence.
double groupsOfAStep(const SensitivityRecord& record, const SensitivityFigures& figures)
{
    const auto steps = std::count_if(record.sites.begin(), record.sites.end(), [&](const SensitivitySite& site) {
        return site.layer == figures.layer && site.module == figures.module && site.measured() > 0;
    });
    return steps > 0 ? static_cast<double>(figures.groups) / static_cast<double>(steps) : 0;
}

/// The smallest rank correlation that is coloured. Without any relation its deviation is 1 / sqrt(n - 1); 2 of them
/// are exceeded by chance about once in twenty times. Above 1: none.
double leastTold(double groups)
{
    constexpr double kWeak = 0.3; // however certain
    return groups > 1 ? std::max(kWeak, 2 / std::sqrt(groups - 1)) : 2;
}

} // namespace

SensitivityTable::SensitivityTable(QWidget* parent)
    : QTableWidget(parent)
{
    setAccessibleName(
        SensitivityPanel::tr("Rank correlation of each score with the measured change, per layer and module"));
    setColumnCount(kFirstScore + kSensitivityScores);
    QStringList heads{SensitivityPanel::tr("Layer"), SensitivityPanel::tr("Groups"), SensitivityPanel::tr("Max/min"),
        SensitivityPanel::tr("95/5 %")};
    for (int score = 0; score < kSensitivityScores; ++score) {
        heads += shortName(static_cast<SensitivityScore>(score));
    }
    setHorizontalHeaderLabels(heads);
    horizontalHeaderItem(2)->setToolTip(
        SensitivityPanel::tr("Change of the most sensitive group over that of the least"));
    horizontalHeaderItem(3)->setToolTip(SensitivityPanel::tr("The same between the 95th and the 5th percentile"));
    for (int score = 0; score < kSensitivityScores; ++score) {
        horizontalHeaderItem(kFirstScore + score)
            ->setToolTip(SensitivityPanel::tr(
                "%1: Spearman's rank correlation with the measured change; +1 = the same order. Coloured from 0.3 on, "
                "and only where so few groups would hardly give it by chance: above 2 / √(groups of a step − 1).")
                             .arg(titleOf(static_cast<SensitivityScore>(score))));
    }
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setShowGrid(false);
    setFont(smallFont());
}

void SensitivityTable::showRecord(const SensitivityRecord* record)
{
    const auto figures = record ? sensitivityFigures(*record) : std::vector<SensitivityFigures>();
    setRowCount(static_cast<int>(figures.size()));
    for (int row = 0; row < static_cast<int>(figures.size()); ++row) {
        const SensitivityFigures& each = figures[static_cast<std::size_t>(row)];
        QStringList texts{SensitivityPanel::tr("%1 %2, %3")
                              .arg(each.layer)
                              .arg(QString::fromStdString(std::string(
                                       plan::layerKindName(record->layerKinds[static_cast<std::size_t>(each.layer)]))),
                                  moduleTitle(each.module)),
            QLocale().toString(each.groups), ratioText(each.largestToSmallest), ratioText(each.p95ToP5)};
        for (const double correlation : each.correlation) {
            texts += signedText(correlation);
        }
        const double groups = groupsOfAStep(*record, each);
        const double least = leastTold(groups);
        for (int column = 0; column < texts.size(); ++column) {
            auto* cell = item(row, column);
            if (!cell) {
                cell = new QTableWidgetItem;
                cell->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
                setItem(row, column, cell);
            }
            cell->setText(texts[column]);
            const double value =
                column >= kFirstScore ? each.correlation[static_cast<std::size_t>(column - kFirstScore)] : 0;
            cell->setForeground(value >= least ? theme().good
                    : value <= -least          ? theme().error
                    : column >= kFirstScore    ? theme().mutedText
                                               : theme().text);
            if (column >= kFirstScore && least <= 1) {
                cell->setToolTip(SensitivityPanel::tr("Coloured from ±%1 on: %2 groups of a step are measured.")
                                     .arg(QLocale().toString(least, 'f', 2), QLocale().toString(groups, 'f', 0)));
            } else if (column >= kFirstScore) {
                cell->setToolTip(
                    SensitivityPanel::tr("Never coloured: too few groups are measured to tell it from chance."));
            }
        }
    }
    for (int score = 0; score < kSensitivityScores; ++score) { // what exists nowhere takes no room
        const bool exists = std::any_of(figures.begin(), figures.end(),
            [&](const auto& each) { return !std::isnan(each.correlation[static_cast<std::size_t>(score)]); });
        setColumnHidden(kFirstScore + score, !figures.empty() && !exists);
    }
}

} // namespace toca::ui
