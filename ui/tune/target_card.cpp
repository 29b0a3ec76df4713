// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/target_card.h"

#include "ui/theme/theme.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStyle>
#include <QVBoxLayout>

namespace toca::ui {

using plan::TargetKind;

TargetCard::TargetCard(CachingModel& caching, QWidget* parent)
    : QFrame(parent)
    , m_caching(caching)
    , m_value(new QDoubleSpinBox)
    , m_kind(new QComboBox)
    , m_solve(new QPushButton(tr("Solve")))
    , m_text(new QLabel)
{
    setProperty("card", true);
    auto* title = new QLabel(tr("Target"));
    title->setProperty("heading", true);
    m_kind->setObjectName("targetKind");
    m_kind->setAccessibleName(tr("Kind of target"));
    m_kind->addItem(tr("times faster"), static_cast<int>(TargetKind::Speed));
    m_kind->addItem(tr("MB at most"), static_cast<int>(TargetKind::Memory));
    m_kind->addItem(tr("dB at least"), static_cast<int>(TargetKind::Fidelity));
    m_kind->setToolTip(
        tr("<p><b>times faster</b>: wall clock of the denoising loop where this machine was measured, else "
           "FLOPs.</p><p><b>MB at most</b>: memory of the cache.</p><p><b>dB at least</b>: PSNR to the "
           "uncached run, among settings that were recorded and compared.</p>"));
    m_value->setObjectName("targetValue");
    m_value->setAccessibleName(tr("Target"));
    m_value->setKeyboardTracking(false);
    m_value->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_value->setMinimumWidth(60);
    m_kind->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_kind->setMinimumContentsLength(8);
    m_solve->setObjectName("targetSolve");
    m_solve->setToolTip(tr("Search the policy's setting that meets the target, before any run (Return in the field)"));
    m_text->setObjectName("targetText");
    m_text->setWordWrap(true);
    m_text->setFont(smallFont());
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->hide();
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addWidget(m_value, 2);
    row->addWidget(m_kind, 3);
    auto* top = new QHBoxLayout; // the button beside the title keeps the card, and so the window, narrow
    top->addWidget(title, 1);
    top->addWidget(m_solve);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace + 2, kSpace, kSpace + 2, kSpace + 2);
    layout->setSpacing(kSpace);
    layout->addLayout(top);
    layout->addLayout(row);
    layout->addWidget(m_text);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &TargetCard::showKind);
    connect(m_solve, &QPushButton::clicked, this, &TargetCard::solveShown);
    connect(m_value->findChild<QLineEdit*>(), &QLineEdit::returnPressed, this, &TargetCard::solveShown);
    connect(&caching, &CachingModel::changed, this, [this] {
        // What was said is no longer about the present setting.
        if (!m_text->isHidden() && m_caching.state() != m_solved) {
            m_answer.reset();
            m_text->hide();
        }
    });
    showKind();
}

void TargetCard::showKind()
{
    const QSignalBlocker blocker(m_value);
    switch (static_cast<TargetKind>(m_kind->currentData().toInt())) {
    case TargetKind::Speed:
        m_value->setRange(1, 100);
        m_value->setDecimals(2);
        m_value->setSingleStep(0.25);
        m_value->setValue(2.5);
        break;
    case TargetKind::Memory:
        m_value->setRange(0.1, 1e6);
        m_value->setDecimals(1);
        m_value->setSingleStep(10);
        m_value->setValue(m_caching.plan() ? static_cast<double>(m_caching.plan()->cacheBytes()) / 2e6 : 400);
        break;
    case TargetKind::Fidelity:
        m_value->setRange(0, 100);
        m_value->setDecimals(1);
        m_value->setSingleStep(1);
        m_value->setValue(30);
        break;
    }
}

void TargetCard::solveShown()
{
    const auto kind = static_cast<TargetKind>(m_kind->currentData().toInt());
    solve(kind, kind == TargetKind::Memory ? m_value->value() * 1e6 : m_value->value());
}

void TargetCard::solve(TargetKind kind, double value)
{
    m_answer.reset();
    m_solved = m_caching.state();
    if (!m_caching.runGeometry()) {
        say(tr("There is no plan yet: the model is not loaded or the size is not possible."), false);
        return;
    }
    plan::TargetQuestion question;
    question.policy = &m_caching.entry();
    question.preset = m_caching.state().preset;
    question.given = m_caching.state().values;
    question.context = m_caching.context();
    question.geometry = *m_caching.runGeometry();
    question.schedule = m_caching.runSchedule();
    question.costs = m_caching.costs();
    question.storage = m_caching.state().storage;
    if (kind == TargetKind::Fidelity && m_records) {
        question.recorded = m_records();
    }
    const auto answer = plan::solveTarget(kind, value, question);
    if (!answer) {
        say(QString::fromStdString(answer.error().message), false);
        return;
    }
    if (answer->isMet) {
        CachingState state = m_caching.state();
        state.values.clear();
        for (const auto& [name, chosen] : answer->values) {
            if (chosen != m_caching.initialValue(name)) {
                state.values[name] = chosen;
            }
        }
        const QString unit = kind == TargetKind::Speed ? tr("%1 times faster")
            : kind == TargetKind::Memory               ? tr("at most %1 MB")
                                                       : tr("at least %1 dB");
        m_caching.edit(state, tr("meet target: %1").arg(unit.arg(kind == TargetKind::Memory ? value / 1e6 : value)));
    }
    m_solved = m_caching.state();
    m_answer = *answer;
    say(QString::fromStdString(answer->reason), answer->isMet);
}

QString TargetCard::text() const
{
    return m_text->isHidden() ? QString() : m_text->text();
}

void TargetCard::say(const QString& text, bool isMet)
{
    m_text->setText((isMet ? tr("Set. ") : tr("Not set. ")) + text);
    m_text->setProperty("warningText", !isMet);
    m_text->style()->unpolish(m_text);
    m_text->style()->polish(m_text);
    m_text->show();
}

} // namespace toca::ui
