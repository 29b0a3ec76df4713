// SPDX-License-Identifier: Apache-2.0
#include "ui/compare/prompt_check.h"

#include "core/world/checker.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace toca::ui {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("PromptCheck", text);
}

QString attributeName(std::size_t attribute)
{
    const std::array names{
        tr("colour"), tr("shape"), tr("size"), tr("motion"), tr("backdrop"), tr("number of objects")};
    return names[attribute];
}

QString readable(const char* name)
{
    return QString::fromLatin1(name).replace(QLatin1Char('_'), QLatin1Char(' '));
}

/// What was seen of one attribute, of all objects.
QString seenText(std::size_t attribute, const world::Measurement& seen)
{
    if (attribute == 4)
        return readable(world::nameOf(seen.backdrop));
    if (attribute == 5)
        return QString::number(seen.objectCount);
    QStringList texts;
    for (const world::MeasuredObject& object : seen.objects) {
        texts += readable(attribute == 0 ? world::nameOf(object.colour)
                : attribute == 1         ? world::nameOf(object.shape)
                : attribute == 2         ? world::nameOf(object.size)
                                         : world::nameOf(object.motion));
    }
    if (attribute == 3 && seen.relation)
        texts += readable(world::nameOf(*seen.relation));
    return texts.isEmpty() ? tr("nothing") : texts.join(QStringLiteral(", "));
}

} // namespace

std::optional<PromptCheck> checkPrompt(const RunResult& run)
{
    const auto asked = world::parseCaption(run.request.prompt);
    if (!asked || run.clip.isEmpty())
        return std::nullopt;
    const Frame& frame = run.clip.frames.front();
    if (std::min(frame.width, frame.height) < 8)
        return std::nullopt;
    const auto seen = world::Checker(frame.width, frame.height).measure(run.clip);
    if (!seen)
        return std::nullopt;
    PromptCheck check;
    QStringList wrong;
    const auto attributes = world::attributesOf(world::judge(*asked, *seen));
    for (std::size_t i = 0; i < attributes.size(); ++i) {
        check.asked += attributes[i].has_value();
        check.right += attributes[i].value_or(false);
        if (attributes[i] == false)
            wrong += tr("%1 is wrong: the clip shows %2").arg(attributeName(i), seenText(i, *seen));
    }
    check.detail = wrong.join(QLatin1Char('\n'));
    return check;
}

} // namespace toca::ui
